"""A figure as the grammar of its sentence gives it, before it is a claim."""

from __future__ import annotations

from dataclasses import dataclass

from tallywire.reading.chunks import Chunk
from tallywire.reading.numbers import Number
from tallywire.records import Basis, Metric, Scope, Status


@dataclass(slots=True)
class Finding:
    """One figure of a sentence; `start` and `end` are tokens."""

    metric: Metric
    number: Number
    start: int
    end: int
    chunk: int  #: index of the counted chunk
    counted: Chunk  #: … and the chunk itself, or the member of a list
    status: Status = Status.ASSERTED
    scope: Scope = Scope.TOTAL
    basis: Basis = Basis.STATED
    group: tuple[int, int] | None = None  #: tokens that name the people
    increment: bool = False
    pronoun: bool = False
    trigger: int = -1  #: index of the chunk that says what befell them
    verb: str = ""  #: the word that says so
    own_hand: bool = False  #: "killed himself"
    suffered: bool = False  #: said of its subject: "were killed", "died"
    died: bool = False  #: by a verb of dying, or as a body that was found
    drawn: bool = False  #: of people told of as hurt: "two of them later died"
    linked: bool = False  #: "and" stands before it: a further group beside the one before
    in_passing: bool = False  #: told beside what is said: "announced … after the deaths of three"
    apart: bool = False  #: over events that have nothing to do with each other
    toll: bool = False  #: read off a toll: the sum of all so far
    reader: str | None = None  #: the second reader that saw it
    claimant: str = ""  #: … and who says so, by its word, where our own reading finds nobody
