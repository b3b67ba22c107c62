"""Which ministry "the ministry" is: the full name of a body or of who holds an office, given elsewhere in the text.

"The ministry said" is the Health Ministry, "their union" the Miners' Union, "the minister" Interior Minister Ola Venn,
if the text has named one such before and only one: two ministries leave "the ministry" as it is.  Where none was named
before it is the one that the text goes on to name, as when a first sentence says "their union" and the next whose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from tallywire.reading.document import Field, Sentence
from tallywire.reading.units import units_of, without_asides
from tallywire.reading.vocabulary import Lexicon

_DEFINITE = "th"  # letters of "the", "their"
_AMBIGUOUS = ""


class Antecedents:
    """The bodies and offices that one field names in full."""

    def __init__(self, field: Field, lexicon: Lexicon) -> None:
        self._field = field
        self._lexicon = lexicon
        self._nouns = (lexicon.claimants.bodies | lexicon.claimants.offices) - lexicon.claimants.nameless
        self._named = cache(self._named_by)

    def full(self, text: str, sentence: Sentence) -> str:
        """The full name of who is called `text` in `sentence`; `text` itself where none or several may be meant."""
        words = text.lower().split()
        if len(words) != 2 or words[1] not in self._nouns:
            return text
        determiner = self._lexicon.words.get(words[0])
        if determiner is None or determiner.letter not in _DEFINITE:
            return text
        places, names = self._named(words[1])
        known = bisect_left(places, sentence.index)
        if not known and sentence.index in places:
            return text  # "the mayor, Ola Venn,": told there and then
        return next(iter(names[known - 1 : known] or names[-1:]), "") or text

    def _named_by(self, noun: str) -> tuple[list[int], list[str]]:
        """Sentences, and who is meant by the noun after each: its only full name so far; at last, in all the text."""
        places: list[int] = []
        names: list[str] = []
        fullest: frozenset[str] = frozenset()
        for sentence in self._field.sentences:
            if noun not in sentence.lowered:
                continue
            for begin, end in self._phrases(sentence, noun):
                tokens = sentence.tokens
                telling = frozenset(
                    word for word in tokens.lower[begin:end] if word.isalpha() and not self._is_small(word)
                )
                if telling <= fullest:
                    continue
                places.append(sentence.index)
                if not fullest <= telling:
                    names.append(_AMBIGUOUS)
                    return places, names
                fullest = telling
                text = self._field.text[tokens.starts[begin] : tokens.ends[end - 1]]
                names.append(" ".join(text.split()))
        return places, names

    def _is_small(self, word: str) -> bool:
        known = self._lexicon.words.get(word)
        return known is not None and known.letter in "taof&"

    def _phrases(self, sentence: Sentence, noun: str) -> Iterator[tuple[int, int]]:
        """The tokens of each phrase of a sentence that names somebody by the noun and more."""
        units, _ = without_asides(units_of(sentence.tokens, self._lexicon))
        rules = self._lexicon.claimants
        following = rules.named_after if noun in rules.offices else rules.told_after
        for k, end in enumerate(units.ends):
            if sentence.tokens.lower[end - 1] != noun:
                continue
            before = rules.told_before.search(units.letters[:k])
            after = following.match(units.letters, k + 1)
            begin = before.start() if before else k
            stop = after.end() if after else k + 1
            if begin < k or stop > k + 1:
                yield units.starts[begin], units.ends[stop - 1]
