"""Which language a text is in."""

from __future__ import annotations

from collections.abc import Collection

_SAMPLE = 600  # characters; longer samples change few answers and cost time
_PRIOR = 5.0  # how much likelier, as a logarithm, a language that can be read is before a word is seen

_READ_AS = {
    "pcm": "en"
}  # Nigerian Pidgin: what is taken for it is English with many names, or reads as English


def language_of(text: str, readable: Collection[str] = ()) -> str:
    """ISO 639-1 of the language a text is most likely in; "und" (ISO 639-2) for a text without letters.

    py3langid (naive Bayes over byte n-grams) is deterministic, and holds its hundred languages for equally likely:
    a short headline may pass for Aragonese or Galician.  So one of the `readable` languages is the answer where the
    words do not speak clearly against it; a whole article always speaks clearly.  The model is imported when first
    needed: loading it takes longer than reading a hundred articles.
    """
    sample = text[:_SAMPLE].encode("utf-8", "ignore").decode("utf-8")
    if not any(char.isalpha() for char in sample):
        return "und"
    from py3langid import classify, rank

    likeliest = str(classify(sample)[0])
    language = _READ_AS.get(likeliest, likeliest)
    if language in readable or not readable:
        return language
    scores = {str(name): float(score) for name, score in rank(sample)}
    best = max(sorted(readable), key=lambda name: scores.get(name, float("-inf")))
    return best if scores.get(best, float("-inf")) > scores[likeliest] - _PRIOR else language
