"""A phrase: a run without what only opens its sentence, and with what belongs to it beyond its capitals."""

from __future__ import annotations

import re

from msgspec import Struct

from tallywire.reading import gazetteer
from tallywire.reading.actors import titles
from tallywire.reading.actors.runs import Run
from tallywire.reading.actors.senses import Sense, senses
from tallywire.reading.actors.titles import Split
from tallywire.reading.actors.words import Words

_OWNED = re.compile(r"(?:'s|(?<=s)') (?=[A-Z])")
_NICKNAME = re.compile(r" [\"'(][A-Z][^\"'()]{0,24}[\"')] (?=[A-Z])")
_OWNERS = 2  # times that one part of a name may own the next
LONGEST = 240  # characters of a name, its titles among them: more is a text in capitals


class Phrase(Struct):
    """Words that may be a name: `folded[start:end]` of the run's field."""

    run: Run
    start: int
    end: int
    sense: Sense  #: what the words say by themselves
    tokens: tuple[str, ...]  #: as written, folded
    low: tuple[str, ...]  #: in lower case, without the full stops of abbreviations

    @property
    def title(self) -> Split | None:
        """Where the title at the head of the phrase ends, if it has one."""
        return self.sense.opening_title if self.run.opens else self.sense.inner_title

    @property
    def first(self) -> int:
        """The number of the token that the phrase begins with."""
        return self.run.number(self.start)

    @property
    def past(self) -> int:
        """The number of the token after it."""
        return self.run.number(self.end)

    def at(self, token: int) -> int:
        """The offset of a token (its number may be one past the last)."""
        return self.start + sum(map(len, self.tokens[:token])) + token if token else self.start


def phrase(run: Run, words: Words) -> Phrase | None:
    """The phrase of `run` without what only opens its sentence, and without days and "The" before a name.

    None where nothing is left, or far too much.
    """
    if run.end - run.start > LONGEST:
        return None
    whole = _phrase(run, run.start, run.end, words)
    if run.field.folded[run.start - 2 : run.start - 1].isdigit():
        whole = _phrase(run, _past_unit(run, words), run.end, words)
    if whole.sense.is_whole:
        return whole
    for skip, word in enumerate(whole.low):
        rest = whole.tokens[skip:]
        article = word in words.grammar.articles and whole.tokens[skip].isalpha()  # "An", but not "A."
        opening = run.opens or skip or word in words.times or article
        if word.endswith(words.grammar.aged_ending):
            continue
        if word not in words.openers or not opening or (len(rest) > 1 and _is_known(" ".join(rest), words)):
            return _phrase(run, whole.at(skip), run.end, words)
    return None


def _past_unit(run: Run, words: Words) -> int:
    """Where a run after a figure begins without letters that belong to that: "at 10 PM ⟨Jo Marsh⟩"."""
    unit, blank, _ = run.field.folded[run.start : run.end].partition(" ")
    return run.start + len(unit) + 1 if blank and unit.lower() in words.letters else run.start


def joined(of: Phrase, words: Words) -> Phrase:
    """`of` with what belongs to it: "Ministry ⟨of Health⟩", "Sheriff⟨'s Office⟩", "Secretary ⟨of State John Kerry⟩",
    "Charles ⟨"C.Q." Brown⟩", "Smith⟨, Jr.⟩"; itself where there is nothing.
    """
    end = _end(of, words)
    return of if end == of.end else _phrase(of.run, of.start, end, words)


def plain(name: str) -> list[str]:
    """The words of a name without a nickname in quotes or brackets and without commas."""
    return _NICKNAME.sub(" ", name).replace(",", "").split()


def _phrase(run: Run, start: int, end: int, words: Words) -> Phrase:
    sense = senses(words)[run.field.folded[start:end]]
    return Phrase(run, start, end, sense, sense.tokens, sense.low)


def _is_known(text: str, words: Words) -> bool:
    return gazetteer.place(text) is not None or text in words.known


def _end(of: Phrase, words: Words) -> int:
    run, folded = of.run, of.run.field.folded
    following = folded[of.end : of.end + 4]
    if following.startswith(("'s ", "' ")):
        return _owned(of.end, run, words)
    if following.startswith(", "):
        junior = words.grammar.junior.match(folded, of.end, run.sentence.end)
        return junior.end() if junior else of.end
    if following[1:2] in ('"', "'", "("):
        return _join(_NICKNAME, of.end, run, words) or of.end
    last = of.low[-1]
    if not following.startswith(" ") or not (last in words.takes_of or _is_office(of, words)):
        return of.end
    end = _join(words.grammar.link_of, of.end, run, words)
    if end is None:
        return of.end
    if last in words.governs:
        end = _join(words.grammar.link_and, end, run, words) or end
    return _owned(end, run, words)


def _is_office(of: Phrase, words: Words) -> bool:
    """Whether a phrase ends with an office or a word for another role: "Prime Minister", not "Jo Steward"."""
    walk = words.heads.get(of.low[-1])
    if walk is None or len(of.low) == 1:
        return walk is not None
    return walk in titles.OFFICES or titles.is_role(of.tokens[-2:], of.low[-2:], words)


def _join(link: re.Pattern[str], end: int, run: Run, words: Words) -> int | None:
    """The end of the run that `link` ties to the one that ends at `end`."""
    folded = run.field.folded
    match = link.match(folded, end, run.sentence.end)
    following = words.grammar.run.match(folded, match.end(), run.sentence.end) if match else None
    return following.end() if following else None


def _owned(end: int, run: Run, words: Words) -> int:
    """Where a name ends that goes on behind "'s" to a body: "Sheriff⟨'s Office⟩", "State⟨'s Attorney's Office⟩"."""
    at: int | None = end
    for _ in range(_OWNERS):
        begin = at
        at = _join(_OWNED, begin, run, words) if begin is not None else None
        if begin is not None and at is not None and _ends_body(run, begin, at, words):
            return at
    return end


def _ends_body(run: Run, start: int, end: int, words: Words) -> bool:
    last = run.field.lowered[start:end].rpartition(" ")[2].rstrip(".")
    return last in words.organisations or last in words.places or last in words.things
