"""An article as a person would mark it: the whole text, every figure underlined where it stands, its reading below.

On a terminal marks are underlined and coloured: green for what counts, yellow for what nobody vouches for, blue for
other events.  Where there are no styles (a pipe, a dumb terminal) they are written: `_at least 26 soldiers_[1]`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from connectors.sinks.plain import defuse, shown
from tallywire.cli import words
from tallywire.reading.lexicon import languages
from tallywire.records import Actor, Article, Claim, Extract, Scope, Span, Status

WIDEST = 100  # columns: beyond, lines are hard to read
_LONG = 400  # characters of a paragraph that may go by before the readings of what stands in them
_NOTES = 4  # columns by which readings are set in


@dataclass(frozen=True, slots=True)
class _Mark:
    """A claim with its number in the margin and the words it is read from."""

    number: int
    claim: Claim
    span: Span


@dataclass(slots=True)
class _Underlined:
    """Words to be underlined, for one claim or for several that share some of them."""

    start: int
    end: int
    marks: list[_Mark] = field(default_factory=list)


class Marked:
    """One article with what was read in it, for rich to show."""

    def __init__(self, article: Article, extract: Extract) -> None:
        self._article = article
        self._extract = extract

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The article's blocks, narrow enough to be read on a terminal."""
        styled = console.color_system is not None
        for block in self._blocks(styled):
            yield Constrain(block, WIDEST) if console.is_terminal else block

    def _blocks(self, styled: bool) -> Iterator[RenderableType]:
        article, extract = self._article, self._extract
        marks = _marks(extract.claims)
        titles = [mark for mark in marks if mark.claim.evidence.field == "title"]
        if styled:
            yield Rule(style="dim")
        yield Text(_origin(article, extract), "dim")
        yield from _passages(article.title or defuse(article.id), titles, styled, "bold")
        if not titles:
            yield Text()
        yield from _passages(article.body, [mark for mark in marks if mark not in titles], styled, "")
        if len(titles) == len(marks):
            yield Text()
        tally = " · ".join(
            f"{metric.value} {words.bounds(value)}" for metric, value in sorted(extract.tally.items())
        )
        nothing = "no figures" if extract.language in languages() else "not read: no lexicon for its language"
        yield Text.assemble(("Bottom line  ", "bold"), (tally, "bold green") if tally else (nothing, "dim"))
        if extract.actors:
            yield Text.assemble(("Actors  ", "bold"), "; ".join(map(_actor, extract.actors)))
        yield Text()


def _marks(claims: Iterable[Claim]) -> list[_Mark]:
    """The claims numbered in reading order, title first."""

    def place(claim: Claim) -> tuple[bool, int]:
        return claim.evidence.field != "title", _span(claim).start

    return [_Mark(number, claim, _span(claim)) for number, claim in enumerate(sorted(claims, key=place), 1)]


def _span(claim: Claim) -> Span:
    """The words to mark: those that count, or the whole sentence of a claim that does not tell them."""
    return claim.counted or Span(start=claim.evidence.start, end=claim.evidence.end)


def _origin(article: Article, extract: Extract) -> str:
    """Where the text comes from."""
    parts = [defuse(article.outlet), f"from {extract.agency}" if extract.agency else ""]
    parts += [f"{article.published:%d %b %Y %H:%M}Z" if article.published else "undated", extract.language]
    return " · ".join(part for part in parts if part)


def _passages(text: str, marks: list[_Mark], styled: bool, style: str) -> Iterator[RenderableType]:
    """A field passage by passage, each with its readings below."""
    underlined = _united(marks)
    places = [entry.start for entry in underlined]
    blank = True  # nothing, or an empty line, stands above
    for start, end in _cuts(text, underlined, [mark.claim.evidence.end for mark in marks]):
        here = underlined[bisect_left(places, start) : bisect_left(places, end)]
        passage = _passage(text, start, end, here, styled)
        passage.stylize(style)
        if passage.plain or not blank:
            yield passage
        blank = not passage.plain
        for mark in sorted((mark for entry in here for mark in entry.marks), key=lambda mark: mark.number):
            reading = _reading(mark)
            yield Padding(reading, (0, 0, 0, _NOTES)) if styled else Text(" " * _NOTES).append(reading)
        if here:
            yield Text()
            blank = True


def _united(marks: list[_Mark]) -> list[_Underlined]:
    """Marks that share words become one: underlines can be neither nested nor crossed."""
    found: list[_Underlined] = []
    for mark in sorted(marks, key=lambda mark: mark.span.start):
        if not found or mark.span.start >= found[-1].end:
            found.append(_Underlined(mark.span.start, mark.span.end))
        found[-1].end = max(found[-1].end, mark.span.end)
        found[-1].marks.append(mark)
    return found


def _cuts(text: str, underlined: list[_Underlined], sentences: list[int]) -> Iterator[tuple[int, int]]:
    """Where passages begin and end: at line breaks, and behind marked sentences where a paragraph is long."""
    whole = {place for entry in underlined for place in range(entry.start, entry.end)}
    breaks = {place for place, character in enumerate(text) if character == "\n" and place not in whole}
    start = last = 0
    for place in sorted({*breaks, *sentences, len(text)}):
        if place - start > _LONG and last > start:
            yield start, last
            start = last
        last = place
        if place in breaks:
            yield start, place
            start = place + 1
    if start < len(text):
        yield start, len(text)


def _passage(text: str, start: int, end: int, underlined: list[_Underlined], styled: bool) -> Text:
    """`text[start:end]`, made harmless, with its marks."""
    passage = Text()
    done = start
    while done < end and text[done] == " ":
        done += 1
    for entry in underlined:
        passage.append(_harmless(text[done : entry.start]))
        numbers = "[" + ",".join(str(mark.number) for mark in entry.marks) + "]"
        counted = _harmless(text[entry.start : entry.end])
        if styled:
            colour = _colour(entry.marks[0].claim)
            passage.append(counted, f"underline bold {colour}").append(numbers, f"dim {colour}")
        else:
            passage.append(f"_{counted}_{numbers}")
        done = entry.end
    passage.append(_harmless(text[done:end]))
    passage.rstrip()
    return passage


def _harmless(text: str) -> str:
    return "".join(map(shown, text))


def _colour(claim: Claim) -> str:
    if claim.scope is Scope.BACKGROUND:
        return "blue"
    return "green" if claim.status is Status.ASSERTED else "yellow"


def _reading(mark: _Mark) -> Text:
    """What one claim says, in one line."""
    claim = mark.claim
    colour = _colour(claim)
    said = Text.assemble((f"[{mark.number}] ", f"dim {colour}"), (words.figure(claim), f"bold {colour}"))
    for part in words.standing(claim):
        said.append(" · ").append(part, colour)
    for part in words.source(claim):
        said.append(f" · {part}")
    return said


def _actor(actor: Actor) -> str:
    also = f", also {', '.join(map(defuse, actor.aliases))}" if actor.aliases else ""
    return f"{defuse(actor.name)} ({defuse(actor.role) or actor.kind}{also})"
