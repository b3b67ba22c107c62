"""Mentions: each run of capitals read where it stands, as a place, a body, an operation or perhaps a person."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tallywire.reading import gazetteer
from tallywire.reading.actors import common, headlines, sides
from tallywire.reading.actors.bodies import body
from tallywire.reading.actors.context import around
from tallywire.reading.actors.names import Name
from tallywire.reading.actors.people import candidate
from tallywire.reading.actors.phrases import LONGEST, Phrase, joined, phrase
from tallywire.reading.actors.runs import Run, runs
from tallywire.reading.actors.senses import senses
from tallywire.reading.actors.signs import Sign
from tallywire.reading.actors.words import Words
from tallywire.reading.document import Field
from tallywire.reading.effort import Effort
from tallywire.reading.gazetteer import Form

_INITIALS = 2  # letters of an acronym at least
_LONGEST = 5  # words of an operation's name
_PEOPLES = (Form.ADJECTIVE, Form.PEOPLE)


class Mention(Struct):
    """One place where something is named: `folded[start:end]` of the run's field."""

    run: Run
    start: int
    end: int
    kind: str  #: as in `Actor`; "person" is a candidate until the article has been seen; "" is no actor
    signs: int = Sign.NONE
    role: str = ""
    walk: str = ""  #: the role's walk of life
    takes_office: bool = False  #: the role is newly taken
    name: Name = ()  #: of a person: the words of the name, to compare
    canonical: str = ""  #: the name to show, where it is not the words themselves

    @property
    def text(self) -> str:
        """The words, folded."""
        return self.run.field.folded[self.start : self.end]


def mentions(field: Field, words: Words, effort: Effort) -> Iterator[Mention]:
    """What `field` names, in order.  Raises `OverrunError`."""
    done, last, known, folded = -1, None, senses(words), field.folded
    for run in runs(field, words):
        effort.on_capitals()
        if run.start < done:
            continue
        sense = known[folded[run.start : run.end]] if run.end - run.start <= LONGEST else None
        if sense is not None and sense.nation is not None:
            mention: Mention | None = _nation(run, run.start, run.end, sense.nation)
        else:
            mention = (_headlined(run, words) if run.headline else None) or _read(run, words)
        if mention is not None:
            effort.on_name()
            if last is not None and _is_short_for(mention, last):
                mention.kind, mention.canonical = last.kind, last.canonical or last.text
            done, last = mention.end, mention
            yield mention
    for run in common.bodies(field, words, effort):
        effort.on_name()
        yield Mention(run, run.start, run.end, "organisation", _around(run, words))


def _is_short_for(short: Mention, full: Mention) -> bool:
    """Whether a name in brackets is the initials of the body before it: "National Liberation Army (ELN)"."""
    if full.kind != "organisation" or not short.text.isupper():
        return False
    return short.run.field.folded[full.end : short.start] == " (" and short.end - short.start >= _INITIALS


def _headlined(run: Run, words: Words) -> Mention | None:
    """What a headline's report verb has for its subject, or None where that is nothing certain."""
    cut = headlines.subject(run, words)
    mention = _read(cut, words) if cut is not None else None
    if mention is None or mention.kind == "name":
        return None
    return mention if mention.kind != "person" or headlines.is_shown(mention.signs) else None


def _read(run: Run, words: Words) -> Mention | None:
    """What the run names, or None where it names nothing."""
    of = phrase(run, words)
    if of is None or (run.opens and run.field.folded.startswith(words.grammar.byline, run.start)):
        return None
    sense = of.sense
    if (found := sense.place) is not None:
        return _place(of, found, words)
    if of.low[0] in words.quarters and (found := gazetteer.place(" ".join(of.tokens[1:]))) is not None:
        return Mention(run, of.start, of.end, "" if found.form in _PEOPLES else "place")
    if (role := sense.role) is not None and not (run.headline and sense.text.lower() in words.right):
        return Mention(run, of.start, of.end, "organisation", _around(of, words), role)
    if sense.text.startswith(words.grammar.operation) and len(of.tokens) <= _LONGEST and not run.headline:
        return Mention(run, of.start, of.end, "operation", _around(of, words))
    return _other(of, words)


def _nation(run: Run, start: int, end: int, found: gazetteer.Place) -> Mention:
    """A country; its people are none."""
    if found.form is not Form.COUNTRY:
        return Mention(run, start, end, "")
    return Mention(run, start, end, "country", canonical=found.name)


def _place(of: Phrase, found: gazetteer.Place, words: Words) -> Mention:
    if found.form in _PEOPLES or found.form is Form.COUNTRY:
        return _nation(of.run, of.start, of.end, found)
    # A seat of government that says something is the government.
    signs = _around(of, words) if found.form is Form.SEAT else Sign.NONE
    speaks = found.form is Form.SEAT and found.nation is not None and signs & Sign.SPEAKS
    role = f"government of {gazetteer.country(found.nation)}" if speaks and found.nation else ""
    return Mention(of.run, of.start, of.end, "place", signs, role, canonical=found.name)


def _other(of: Phrase, words: Words) -> Mention | None:
    of = joined(of, words)
    kind = body(of, words)
    if kind is not None:
        return Mention(
            of.run, of.start, of.end, kind, _around(of, words) if kind == "organisation" else Sign.NONE
        )
    if of.run.headline:
        return None
    if of.sense.is_acronym:
        found = _around(of, words)
        return Mention(of.run, of.start, of.end, "organisation" if found & Sign.SPEAKS else "name", found)
    who = candidate(of, words)
    if who is None:
        return Mention(of.run, of.start, of.end, "")
    if who.signs & Sign.CODE:
        name = words.grammar.operation + of.run.field.folded[of.start : of.end]
        return Mention(of.run, of.start, of.end, "operation", who.signs, canonical=name)
    if not who.name:
        return None if of.run.opens else Mention(of.run, who.start, of.end, "name", who.signs)
    return Mention(
        of.run, who.start, of.end, "person", who.signs, who.role, who.walk, who.takes_office, who.name
    )


def signs_around(mention: Mention, words: Words) -> int:
    """The signs on both sides of a mention that was read without them, as that of a city."""
    run = mention.run
    return _beside(run, run.number(mention.start), run.number(mention.end), words)


def _around(of: Phrase | Run, words: Words) -> int:
    """The signs on both sides of a phrase."""
    return _beside(of.run if isinstance(of, Phrase) else of, of.first, of.past, words)


def _beside(run: Run, first: int, past: int, words: Words) -> int:
    tokens = run.sentence.tokens
    return around(sides.before(tokens, first, words), sides.after(tokens, past, words), words)
