"""Which news agency wrote an article: from its outlet, its byline, its dateline, its credits and what it says itself.

Agencies that the lexicon lists are known by name.  Any other is known by the form of its credit alone: initials in
the brackets of a dateline ("BELSK, May 3 (KPS) –"), after the last full stop of a paragraph, or alone in the byline.
A form must be one that nothing but a credit has: initials behind the name of a body ("the Ministry of Works (MOW)")
credit nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tallywire.reading.needs import Cues, Hints
from tallywire.records import Article

_FORMS = ""  # the name of the forms of a credit among those of the agencies

_ASKED = 20  # names in the form of a credit that one text is searched for, at most


@dataclass(frozen=True)
class AgencyRules:
    """A language's agencies, and how a text credits one."""

    names: tuple[tuple[str, str], ...]  #: as written, and the agency's own name; longest first
    credit: tuple[str, ...]  #: expressions with `{NAME}` in its place
    forms: tuple[str, ...]  #: expressions that credit an agency not listed, in their group `name`
    byline: str  #: an agency not listed as a part of a byline
    parting: str  #: what parts the names of a byline
    strangers: frozenset[str]  #: what these forms may hold and is no agency, in lower case
    stations: str  #: the shape of a broadcasting station's call sign
    explained: str  #: with `{NAME}`: the words before initials in brackets that they stand for, as `words`
    press: str  #: a word by which such words name an agency after all


class AgencyFinder:
    """Finds the agency an article credits."""

    def __init__(self, rules: AgencyRules) -> None:
        self._rules = rules
        self._own = dict(rules.names)
        self._credits = {
            written: re.compile("|".join(c.replace("{NAME}", re.escape(written)) for c in rules.credit))
            for written in self._own
        }
        names = {written: [re.compile(re.escape(written))] for written in self._own}
        self._hints = Hints({**names, _FORMS: [re.compile(form) for form in rules.forms]})
        self._byline = re.compile(rules.byline)
        self._parting = re.compile(rules.parting)
        self._stations = re.compile(rules.stations)
        self._press = re.compile(rules.press)

    def find(self, article: Article, folded: str) -> str | None:
        """The agency's own name, or None; `folded` is the body, folded."""
        own = self._own.get(article.outlet)
        if own is not None:
            return own  # the agency's own feed
        byline = article.byline or ""
        for written, name in self._rules.names:
            if byline and re.search(rf"(?<!\w){re.escape(written)}(?!\w)", byline):
                return name
        for part in self._parting.split(byline):
            if self._byline.fullmatch(part) and not self._stranger(part, folded):
                return part
        asked: dict[str, bool] = {}  # names that no list has → whether they are another's
        for paragraph in filter(None, folded.split("\n")) if self._hints.cues(folded) else ():
            cues = self._hints.cues(paragraph)
            if not cues:
                continue
            found = [*self._listed(paragraph, cues), *self._by_form(paragraph, cues, folded, asked)]
            if found:
                return min(found)[1]
        return None

    def _listed(self, paragraph: str, cues: Cues) -> Iterator[tuple[int, str]]:
        """Where a paragraph credits agencies known by name."""
        for written in cues.keys() & self._own.keys():
            match = self._credits[written].search(paragraph)
            if match is not None:
                yield match.start(), self._own[written]

    def _by_form(
        self, paragraph: str, cues: Cues, folded: str, asked: dict[str, bool]
    ) -> Iterator[tuple[int, str]]:
        """Where the form of a credit in a paragraph names an agency that is not listed."""
        for form in cues.get(_FORMS, ()):
            for match in form.finditer(paragraph):
                name = match["name"]
                if name not in asked and len(asked) < _ASKED:
                    asked[name] = name in self._own or self._stranger(name, folded)
                if not asked.get(name, True):
                    yield match.start("name"), name
                    break

    def _stranger(self, name: str, folded: str) -> bool:
        """Whether a name that stands like an agency's is known, or said in the text, to be another's."""
        if name.lower() in self._rules.strangers or self._stations.fullmatch(name):
            return True
        if not name.isupper() or f"({name})" not in folded:
            return False
        known = re.search(self._rules.explained.replace("{NAME}", re.escape(name)), folded)
        return known is not None and not self._press.search(known["words"])
