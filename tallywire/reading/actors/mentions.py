"""Mentions: each run of capitals read where it stands, as a place, a body, an operation or perhaps a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tallywire.reading import gazetteer
from tallywire.reading.actors import signs, titles
from tallywire.reading.actors.runs import RUN, Run, runs
from tallywire.reading.actors.signs import Sign
from tallywire.reading.actors.words import Words
from tallywire.reading.document import Field
from tallywire.reading.gazetteer import Form

_OF = re.compile(r" (?:of|for)(?: the)? (?=[A-Z])")
_AND = re.compile(r" (?:and|&) (?=[A-Z])")
_ACRONYM = re.compile(r"[A-Z][A-Z&.-]{1,6}")
_NAME_WORD = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_LONGEST = 6  # words of a person's name
_ACTING = frozenset((Form.COUNTRY, Form.SEAT))


@dataclass(slots=True)
class Mention:
    """One place where something is named: `field.folded[start:end]`."""

    run: Run
    start: int
    end: int
    kind: str  #: as in `Actor`; "person" is a candidate until the whole article has been seen
    signs: Sign = Sign.NONE
    role: str = ""
    walk: str = ""
    canonical: str = ""  #: the name to show, where it is not the words themselves

    @property
    def text(self) -> str:
        """The words, folded."""
        return self.run.field.folded[self.start : self.end]


def mentions(field: Field, words: Words) -> Iterator[Mention]:
    """What `field` names, in order."""
    reader = _Reader(field, words)
    done = -1
    for run in runs(field):
        if run.start < done:
            continue
        mention = reader.read(run)
        if mention is not None:
            done = mention.end
            yield mention


class _Reader:
    """Reads the runs of one field."""

    def __init__(self, field: Field, words: Words) -> None:
        self.folded, self.lowered, self.words = field.folded, field.lowered, words

    def read(self, run: Run) -> Mention | None:
        """What the run names, or None where it names nothing."""
        start = self._skip_openers(run)
        if start >= run.end:
            return None
        text = self.folded[start : run.end]
        return (
            self._place(run, start, text)
            or self._known(run, start, text)
            or self._operation(run, start, text)
            or self._body_or_person(run, start)
        )

    def _skip_openers(self, run: Run) -> int:
        """Where the name begins once capitals that only open the sentence are left out."""
        start, words = run.start, self.words
        while start < run.end:
            stop = self.folded.find(" ", start, run.end)
            stop = run.end if stop < 0 else stop
            word = self.lowered[start:stop].rstrip(".")
            opening = run.opens and start == run.start or start > run.start
            if not (word in words.openers and (opening or word in words.times)):
                break
            if self._is_name(run, start):
                break
            start = stop + 1
        return start

    def _is_name(self, run: Run, start: int) -> bool:
        text = self.folded[start : run.end]
        return " " in text and (gazetteer.place(text) is not None or text in self.words.known)

    def _place(self, run: Run, start: int, text: str) -> Mention | None:
        found = gazetteer.place(text)
        if found is None or (text.isupper() and run.headline and len(text) < 4 and text != "US"):
            return None
        if found.form in (Form.ADJECTIVE, Form.PEOPLE):
            return Mention(run, start, run.end, "")
        kind = "country" if found.form is Form.COUNTRY else "place"
        return Mention(run, start, run.end, kind, self._around(run, start, run.end), canonical=found.name)

    def _known(self, run: Run, start: int, text: str) -> Mention | None:
        what = self.words.known.get(text)
        if what is None:
            return None
        role = what if what == "news agency" else ""
        return Mention(run, start, run.end, "organisation", self._around(run, start, run.end), role)

    def _operation(self, run: Run, start: int, text: str) -> Mention | None:
        if run.headline or not text.startswith("Operation ") or len(text.split()) > 5:
            return None
        return Mention(run, start, run.end, "operation", self._around(run, start, run.end))

    def _around(self, run: Run, start: int, end: int) -> Sign:
        """The signs on both sides of a span."""
        left = signs.before(self.lowered, run.sentence.start, start)
        right = signs.after(self.lowered, end, run.sentence.end)
        return signs.signs_before(left, self.words) | signs.signs_after(right, self.words)

    def _body_or_person(self, run: Run, start: int) -> Mention | None:
        end = self._joined(run, start)
        tokens = self.folded[start:end].split(" ")
        if body := self._body(run, start, end, tokens):
            return body
        if run.headline:
            return None
        return self._person(run, start, end, tokens)

    def _joined(self, run: Run, start: int) -> int:
        """The end of the run, or of the runs joined to it by "of": "Ministry of Health", "Secretary of State X"."""
        end, words = run.end, self.words
        if run.possessive:
            return end
        last = self.lowered[start:end].rpartition(" ")[2].rstrip(".")
        first = self.lowered[start:end].partition(" ")[0]
        if last not in words.takes_of and last not in words.heads:
            return end
        joined = self._join(_OF, end, run)
        if joined is None:
            return end
        if first in ("ministry", "department") and (more := self._join(_AND, joined, run)):
            return more
        return joined

    def _join(self, link: re.Pattern[str], end: int, run: Run) -> int | None:
        match = link.match(self.folded, end, run.sentence.end)
        following = RUN.match(self.folded, match.end(), run.sentence.end) if match else None
        return following.end() if following else None

    def _body(self, run: Run, start: int, end: int, tokens: list[str]) -> Mention | None:
        """An organisation or a place by its head word, or something that is neither by its own."""
        words = self.words
        low = [token.lower().rstrip(".") for token in tokens]
        last = low[-1]
        of = next((i for i, word in enumerate(low) if word in ("of", "for")), None)
        head = low[of - 1] if of else last
        if len(tokens) == 1:
            return self._acronym(run, start, end, tokens[0])
        if last in words.things or low[0] in words.before or any(word in words.letters for word in low[:1]):
            return Mention(run, start, end, "")
        if head in words.also_surnames and not of and self._titled(tokens):
            return None
        if head in words.organisations and (not of or head in words.takes_of):
            kind = "organisation"
        elif head in words.places or low[0] in (
            "lake",
            "mount",
            "fort",
            "port",
            "cape",
            "camp",
            "st",
            "san",
            "santa",
        ):
            kind = "place"
        else:
            return None
        if not of and head in words.also_surnames and not self._all_bodies(low):
            return None
        if of is None and (cut := titles.split(tokens, words)) and cut.role == len(tokens):
            return None
        if run.headline:
            return Mention(run, start, end, "")
        return Mention(run, start, end, kind, self._around(run, start, end))

    def _titled(self, tokens: list[str]) -> bool:
        cut = titles.split(tokens, self.words)
        return cut is not None and cut.role < len(tokens)

    def _all_bodies(self, low: list[str]) -> bool:
        return all(word in self.words.modifiers or word in self.words.organisations for word in low[:-1])

    def _acronym(self, run: Run, start: int, end: int, token: str) -> Mention | None:
        """Capitals alone name a body only where it is seen to speak, or with an article."""
        low = token.lower().replace(".", "")
        if not _ACRONYM.fullmatch(token):
            return None
        if low in self.words.letters or run.headline:
            return Mention(run, start, end, "")
        found = self._around(run, start, end)
        return Mention(run, start, end, "organisation" if found & Sign.SPEAKS else "name", found)

    def _person(self, run: Run, start: int, end: int, tokens: list[str]) -> Mention | None:
        words, folded = self.words, self.folded
        left = signs.before(self.lowered, run.sentence.start, start)
        found = signs.signs_before(left, words)
        role, walk, name = "", "", start
        cut = titles.split(tokens, words)
        if cut is not None:
            name = start + sum(len(token) + 1 for token in tokens[: cut.role])
            if name >= end:
                return Mention(run, start, end, "")
            role = folded[titles.extended(left, 0, start, folded, words) : name]
            walk = cut.walk
            found = (found & ~(Sign.THE | Sign.PLACE)) | Sign.TITLE
        else:
            name = self._skip_nations(tokens, start, end)
            if before := titles.role_before(left, folded, words):
                role, walk = folded[before.start : before.end], before.walk
                found |= Sign.TITLE
            if name > start:
                role = (role + " " if role else "") + folded[start:name]
                found &= ~Sign.THE
        if not self._is_person_shaped(folded[name:end]):
            return None if run.opens else Mention(run, name, end, "name", found)
        right = signs.after(self.lowered, end, run.sentence.end)
        found |= signs.signs_after(right, words)
        if found & Sign.APPOSED and not walk:
            role, walk = self._apposed(right)
        if self.lowered[name:end].partition(" ")[0] in words.given:
            found |= Sign.GIVEN
        return Mention(run, name, end, "person", found, self._stated(role), walk)

    def _skip_nations(self, tokens: list[str], start: int, end: int) -> int:
        """Where a name begins after "Venezuelan" or "South Korean"."""
        for count in (2, 1):
            if len(tokens) > count:
                found = gazetteer.place(" ".join(tokens[:count]))
                if found and found.form is Form.ADJECTIVE:
                    return start + sum(len(token) + 1 for token in tokens[:count])
        return start

    def _is_person_shaped(self, name: str) -> bool:
        parts = name.split()
        if not 1 <= len(parts) <= _LONGEST:
            return False
        return all(
            _NAME_WORD.fullmatch(part) and not (part.isupper() and len(part) > 2 and "." not in part)
            for part in parts
        )

    def _apposed(self, right: signs.Side) -> tuple[str, str]:
        length = signs.apposition(right.words, self.words) or len(right.words)
        heads = (word.rstrip(".") for word in right.words[1:length] if signs.is_head(word, self.words))
        head = next(heads, "")
        walk = self.words.heads.get(head) or self.words.heads.get(head.rpartition("-")[2]) or ""
        return self.folded[right.starts[1] : right.ends[length - 1]], walk

    def _stated(self, role: str) -> str:
        shown = titles.tidy(role)
        return "" if shown.lower().rstrip(".") in self.words.honorifics else shown
