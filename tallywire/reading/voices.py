"""Whose voice a claim is told in: who vouches for it, and who passes it on.

Pronouns and short names have become who is meant ("he", "the ministry"); here news agencies and other media are
parted from those they relay, and two governments in one breath from one another.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from tallywire.reading.antecedents import Antecedents
from tallywire.reading.claimants import Source
from tallywire.reading.document import Field, Sentence
from tallywire.reading.folding import fold
from tallywire.reading.speakers import Speakers
from tallywire.reading.vocabulary import Lexicon

_OWNS = "h"  # letter of "their"


class Voices:
    """The voices of one field of an article; `agency` is who wrote it, where an agency did."""

    def __init__(self, field: Field, lexicon: Lexicon, agency: str | None) -> None:
        self._lexicon = lexicon
        self._agency = (agency or "").lower()
        self._speakers = Speakers(field, lexicon)
        self._antecedents = Antecedents(field, lexicon)

    def meant(self, sources: Iterable[Source], sentence: Sentence) -> list[Source]:
        """The sources with who is meant in place of "he", "it", "they" and of "the ministry"."""
        found = [source if source.text else self._speakers.meant(source, sentence) for source in sources]
        speaking = self._for_themselves([source for source in found if source is not None])
        return [replace(source, text=self._antecedents.full(source.text, sentence)) for source in speaking]

    def _for_themselves(self, sources: list[Source]) -> list[Source]:
        """Those in whose name nobody speaks: of "nurses counted 31 dead, their union said" the union alone."""
        spoken_for = any(source.kind == "after" and self._is_owned(source) for source in sources)
        return [source for source in sources if not spoken_for or source.kind != "before"]

    def _is_owned(self, source: Source) -> bool:
        """Whether a source is somebody's: "their union", "its spokeswoman"."""
        first = self._lexicon.words.get(source.text.lower().partition(" ")[0])
        return first is not None and first.letter == _OWNS

    def of(self, sources: Iterable[Source]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who says it, and who relays it; an agency or a medium that relays nobody says it itself.

        Whoever cites somebody passes it on, unless it could know by itself: a paper does, a ministry does not.
        """
        said: list[str] = []
        cited: list[str] = []
        via: list[str] = []
        sources = list(sources)
        citing = any(source.kind == "citing" for source in sources)
        for source in sources:
            if source.kind == "citing":
                cited += self.parted(source.text)
            elif self.is_relay(source.text) or (citing and not self._speakers.can_speak(source)):
                via.append(source.text)
            else:
                said += self.parted(source.text)
            if source.via or self.is_relay(source.hearer):
                via.append(source.via or source.hearer)
        said = said or cited
        if not said:
            said, via = via, []
        return tuple(dict.fromkeys(said)), tuple(dict.fromkeys(via))

    def is_relay(self, text: str) -> bool:
        """Whether a source only passes on what others say: an agency, a medium by name, "the daily Echo"."""
        lexicon = self._lexicon
        words = text.split()
        if not words:
            return False
        if len(words) > 1 and words[0].lower() in lexicon.articles:
            del words[0]
        bare = " ".join(words).lower()
        rules = lexicon.claimants
        if bare in rules.agencies or bare in rules.media or bare == self._agency:
            return True
        while len(words) > 1 and words[-1][0].isupper() and words[-1].lower() not in rules.outlets:
            words.pop()
        head = " ".join(words).lower()
        if not f" {head}".endswith(rules.outlet_endings):
            return False
        known = (lexicon.words.get(word) for word in head.split())
        return not any(
            word is not None and word.letter in "pofSs" for word in known
        )  # "a reporter for the daily"

    def parted(self, text: str) -> list[str]:
        """'Caracas and Havana' are two who vouch."""
        parts = text.split(f" {self._lexicon.joiner} ")
        return parts if len(parts) > 1 and all(map(self._is_nation, parts)) else [text]

    def _is_nation(self, text: str) -> bool:
        """Whether a text names a nation, or the city that stands for its government, and no more."""
        folded = fold(text)
        tokens = self._lexicon.tokeniser.tokens(folded, 0, len(folded))
        known = list(self._lexicon.entries(tokens, 0, len(tokens)))
        return len(known) == 1 and bool(known[0].nation) and len(known[0].text.split("_")) == len(tokens)
