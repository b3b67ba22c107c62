"""Which news agency wrote an article: from its byline, its dateline, its credits and what it says itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tallywire.records import Article

_HEAD = 400  # characters in which a dateline stands
_TAIL = 300  # characters in which a closing credit stands


@dataclass(frozen=True)
class AgencyRules:
    """A language's agencies: for each way of writing one, its name and the expressions that credit it."""

    names: tuple[tuple[str, str], ...]  #: as written, and the agency's own name; longest first
    credit: tuple[str, ...]  #: expressions with `{NAME}` in its place


class AgencyFinder:
    """Finds the agency an article credits."""

    def __init__(self, rules: AgencyRules) -> None:
        self._names = tuple(
            (
                written,
                name,
                re.compile("|".join(c.replace("{NAME}", re.escape(written)) for c in rules.credit)),
            )
            for written, name in rules.names
        )

    def find(self, article: Article, folded: str) -> str | None:
        """The agency's own name, or None; `folded` is the body, folded."""
        byline = article.byline or ""
        for written, name, _ in self._names:
            if byline and re.search(rf"(?<!\w){re.escape(written)}(?!\w)", byline):
                return name
        best: tuple[int, str] | None = None
        for written, name, credit in self._names:
            if written in folded:
                match = credit.search(folded)
                if match is not None and (best is None or match.start() < best[0]):
                    best = (match.start(), name)
        return best[1] if best else None
