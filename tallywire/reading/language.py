"""Which language a text is in."""

from __future__ import annotations

_SAMPLE = 600  # characters; longer samples change few answers and cost time

_READ_AS = {
    "pcm": "en"
}  # Nigerian Pidgin: what is taken for it is English with many names, or reads as English


def language_of(text: str) -> str:
    """ISO 639-1 of the language a text is most likely in; "und" (ISO 639-2) for a text without letters.

    py3langid (naive Bayes over byte n-grams) is deterministic.  It is imported when first needed: loading its
    model takes longer than reading a hundred articles.
    """
    sample = text[:_SAMPLE].encode("utf-8", "ignore").decode("utf-8")
    if not any(char.isalpha() for char in sample):
        return "und"
    from py3langid import classify

    language, _ = classify(sample)
    return _READ_AS.get(language, str(language))
