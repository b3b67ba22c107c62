"""The time a figure speaks for: "as of Sunday evening", "on Tuesday the ministry put the toll at 23".

Only a time of the figure counts, never that of the event ("12 people were killed on Monday") or of who spoke ("police
said on Monday").  Weekdays, dates
without a year and words like "yesterday" are resolved against the article's publication, to the latest such day that
had begun somewhere on Earth; without a publication only a full date is a time.  A day stands for its end, a part of a
day for the end of that part, and nothing is later than the publication: what is known of a day is known at its end, and
a time given too early would make an update pass for history.  Hours are UTC where the text names no other zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_AHEAD = timedelta(hours=14)  # the zone where a day begins first
_OLD = timedelta(days=183)  # a date without a year is nearer than that
_END = time(23, 59, 59)
_NEAR = 30  # characters between a day and what befell people on it
_NAMED = re.compile(r"\?P<\w+>")


@dataclass(frozen=True)
class TimeWords:
    """A language's words for times, in lower case."""

    weekdays: Sequence[str]  #: from Monday
    months: Mapping[str, int]
    ordinal: str  #: what may follow the number of a day: "rd of"
    to_year: str  #: what stands between a date and its year: ", "
    joints: str  #: what may stand between the words of a time
    clocks: Sequence[str]  #: times of day, with the groups `hour`, `minute`, `half`; {ZONE} is any zone
    zones: Mapping[str, float]  #: in hours from UTC
    parts: Mapping[str, int]  #: parts of a day, by the hour at which they end
    days: Mapping[str, int]  #: days by their distance from that of publication
    cues: Sequence[str]  #: expressions for the time of a figure, over a clause in lower case
    breaks: str  #: what parts one clause from the next
    future: str  #: words for what is still to come


class Times:
    """Reads what time the figures of a language's sentences speak for."""

    def __init__(self, words: TimeWords) -> None:
        self._words = words
        zone = _either(words.zones)
        month = _either(words.months)
        self._clocks = [re.compile(clock.replace("{ZONE}", rf"{zone}\b")) for clock in words.clocks]
        self._date = re.compile(
            rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)\b"
            rf"|\b(?P<month>{month})\.? (?P<day>\d{{1,2}}){words.ordinal}\b"
            rf"(?:{words.to_year}(?P<year>(?:19|20)\d\d)(?=[^\w ]|$))?"
            rf"|\b(?P<day2>\d{{1,2}}){words.ordinal} (?P<month2>{month})\b\.?"
            rf"(?:{words.to_year}(?P<year2>(?:19|20)\d\d)\b)?"
        )
        self._zone = re.compile(rf"\b{zone}\b")
        self._weekday = re.compile(rf"\b{_either(words.weekdays)}\b")
        self._part = re.compile(rf"\b{_either(words.parts)}\b")
        self._days = re.compile(rf"\b{_either(words.days)}\b")
        atoms = "|".join(
            _NAMED.sub("?:", pattern.pattern)
            for pattern in (*self._clocks, self._date, self._weekday, self._days, self._part)
        )
        word = rf"(?:{atoms}|\(?{zone}\b\)?)"
        whole = rf"{word}(?:{words.joints}{word}){{0,5}}"
        self.cues = [re.compile(cue.replace("{TIME}", whole)) for cue in words.cues]
        self._breaks = re.compile(words.breaks)
        self._future = re.compile(words.future)

    def of(
        self, sentence: str, place: int, published: datetime | None, cues: Iterable[re.Pattern[str]]
    ) -> datetime | None:
        """The time, in UTC, that the figure at a place of a sentence speaks for; None where it gives none.

        `sentence` is in lower case; `cues` are those of `Times.cues` that may stand there.  The figure's own clause
        tells, or the words that open the sentence.
        """
        begin = sentence.rfind(";", 0, place) + 1
        place -= begin
        clauses = _clauses(sentence[begin:], self._breaks)
        own = next(clause for clause, end in clauses if place < end)
        moment = self._of(own, published, cues)
        opening = clauses[0][0].partition(",")[0]
        return self._of(opening, published, cues) if moment is None and own is not clauses[0][0] else moment

    def beside(self, sentence: str, places: Iterable[int], published: datetime | None) -> Iterator[date]:
        """The days, by their weekday or date, that a sentence in lower case names near one of some places.

        Both stand in one clause.
        """
        named = [(match.span(), self._dated(match, published)) for match in self._date.finditer(sentence)]
        if published is not None:
            named += [
                (match.span(), self._latest(match[0], published))
                for match in self._weekday.finditer(sentence)
            ]
        for place in places:
            for (start, end), day in named:
                between = sentence[place:start] if place < start else sentence[end:place]
                if day is not None and len(between) <= _NEAR and not self._breaks.search(between):
                    yield day

    def _of(
        self, clause: str, published: datetime | None, cues: Iterable[re.Pattern[str]]
    ) -> datetime | None:
        matches = (cue.search(clause) for cue in cues)
        told = next((match["time"] for match in matches if match), None)
        if told is None or self._future.search(clause.replace(told, " ")):
            return None
        return self._resolved(told, published)

    def _resolved(self, told: str, published: datetime | None) -> datetime | None:
        """The moment that the words of a time mean."""
        day = self._day(told, published)
        zone = self._zone.search(told)
        clock = next((match for match in (clock.search(told) for clock in self._clocks) if match), None)
        if day is None and published is not None and (zone if clock else self._part.search(told)):
            day = published.date()
        if day is None:
            return None
        hour = self._clock(clock) if clock is not None else self._ending(told)
        if hour is None:
            return None
        offset = timedelta(hours=self._words.zones[zone[0]] if zone else 0)
        moment = datetime.combine(day, hour, UTC) - offset
        if published is None:
            return moment
        return min(moment, published) if moment - published < timedelta(days=2) else None

    def _day(self, told: str, published: datetime | None) -> date | None:
        """The day that the words name."""
        written = self._date.search(told)
        if written is not None:
            return self._dated(written, published)
        if published is None:
            return None
        weekday = self._weekday.search(told)
        if weekday is not None:
            return self._latest(weekday[0], published)
        distance = self._days.search(told)
        return published.date() + timedelta(days=self._words.days[distance[0]]) if distance else None

    def _latest(self, weekday: str, published: datetime) -> date:
        """The latest day of that name that had begun somewhere."""
        latest = (published + _AHEAD).date()
        return latest - timedelta(days=(latest.weekday() - self._words.weekdays.index(weekday)) % 7)

    def _dated(self, written: re.Match[str], published: datetime | None) -> date | None:
        """The day of a date; where the year is left out, the latest."""
        year = written["year"] or written["year2"]
        try:
            if written["iso"]:
                return date.fromisoformat(written["iso"])
            month, day = (
                self._words.months[written["month"] or written["month2"]],
                int(written["day"] or written["day2"]),
            )
            if year:
                return date(int(year), month, day)
            if published is None:
                return None
            latest = (published + _AHEAD).date()
            found = date(latest.year, month, day)
            if found > latest:
                found = date(latest.year - 1, month, day)
        except ValueError:
            return None  # no such day: "February 30"
        return found if latest - found < _OLD else None

    def _clock(self, match: re.Match[str]) -> time | None:
        """The time of day by the clock."""
        told = match.groupdict()
        hour, minute = int(told["hour"]), int(told["minute"] or 0)
        if told.get("half"):
            hour = hour % 12 + (12 if told["half"] == "p" else 0)
        return time(hour, minute) if hour < 24 else None

    def _ending(self, told: str) -> time:
        """The end of the part of the day that the words name, or of the day."""
        parts = [self._words.parts[part] for part in self._part.findall(told)]
        hour = parts[-1] if parts else 24
        return time(hour) if hour < 24 else _END


def _clauses(sentence: str, breaks: re.Pattern[str]) -> list[tuple[str, int]]:
    """The clauses of a sentence, each with its end."""
    ends = [*(match.end() for match in breaks.finditer(sentence)), len(sentence)]
    return [(sentence[begin:end], end) for begin, end in zip([0, *ends], ends, strict=False)]


def _either(words: Mapping[str, object] | Sequence[str]) -> str:
    """Any of the words; "_" joins those of a phrase."""
    return "(?:" + "|".join(sorted((word.replace("_", " ") for word in words), reverse=True)) + ")"
