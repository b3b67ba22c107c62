"""Headlines that capitalise every word: the one place where a name can be told from what surrounds it.

The words before a report verb are its subject: "Mexican President Ada Reyes ⟨Urges⟩ Fair Trial for Rival".  They are
read as they would be in any other line; nothing else of such a headline is.
"""

from __future__ import annotations

from msgspec.structs import replace

from tallywire.reading.actors.runs import Run
from tallywire.reading.actors.signs import Sign
from tallywire.reading.actors.words import Words

_SHOWN = (Sign.TITLE, Sign.SPEAKS | Sign.GIVEN)  # what tells a person from a noun that has the same verb
_LONGEST = 7  # words of a subject


def subject(run: Run, words: Words) -> Run | None:
    """The part of a headline's run before its report verb, or None where it has none."""
    start = run.start
    if run.field.folded[start : run.end].isupper():
        return None  # capitals throughout tell nothing at all
    parts = run.field.lowered[start : run.end].split(" ")
    verb = next((at for at, word in enumerate(parts[: _LONGEST + 1]) if word in words.reports), 0)
    if not verb:
        return None
    end = start + len(" ".join(parts[:verb]))
    return replace(run, end=end, headline=False)


def is_shown(signs: int) -> bool:
    """Whether the subject of a headline is certainly a person: by a title, or a given name and the verb."""
    return any(signs & shown == shown for shown in _SHOWN)
