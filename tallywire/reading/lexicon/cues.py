"""The cues of a language, over its words: for scope and status, for times, for places, each from a file of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tallywire.reading.asof import Times, TimeWords
from tallywire.reading.lexicon.words import METRICS
from tallywire.reading.needs import Hints
from tallywire.reading.places import Places, PlaceWords
from tallywire.reading.tables import Table
from tallywire.reading.vocabulary import ClaimantRules, ScopeRules
from tallywire.records import Metric

_YEAR = "(?:1[6-9]|20)[0-9][0-9]"


def scope_rules(data: Table, months: Mapping[str, int]) -> ScopeRules:
    """What tells which share of an event a figure covers, and how sure it is.  Raises `ConfigError`."""

    def dated(cue: str) -> str:
        return cue.replace("{YEAR}", _YEAR).replace("{MONTH}", f"(?P<month>{'|'.join(months)})")

    def either(key: str) -> re.Pattern[str]:
        return re.compile("|".join(pattern.pattern for pattern in data.patterns(key)))

    return ScopeRules(
        background=data.patterns("background", dated),
        background_after=data.patterns("background_after", dated),
        months=months,
        background_behind=data.pattern("background_behind"),
        apart=either("apart"),
        breaks=data.pattern("breaks"),
        feared=either("feared"),
        unsure=data.pattern("unsure"),
        unconfirmed=either("unconfirmed"),
        unverified=either("unverified"),
        untrue=data.pattern("untrue"),
        unknown=data.patterns("unknown"),
        at_odds=data.patterns("at_odds"),
        unknown_metric=_metrics(data.table("unknown_metric")),
        superseded_first=data.pattern("superseded_first"),
        superseded_then=data.pattern("superseded_then"),
        takes_in=data.pattern("takes_in"),
        joins=data.pattern("joins"),
        difference=data.pattern("difference"),
        numbered_over=data.pattern("numbered_over"),
        unreal=either("unreal"),
        let_go=data.pattern("let_go"),
        set_free=data.pattern("set_free"),
        obituary=data.pattern("obituary"),
        continues=data.pattern("continues"),
        aside_lines=data.pattern("aside_lines"),
    )


def time_words(data: Table) -> TimeWords:
    """Days, clocks, zones, and the cues for the time of a figure.  Raises `ConfigError`."""
    cues = data.table("cues")
    return TimeWords(
        weekdays=data.text("weekdays").split(),
        months={
            written: number for number, line in enumerate(data.lines("months"), 1) for written in line.split()
        },
        ordinal=data.text("ordinal"),
        to_year=data.text("to_year"),
        joints=data.text("joints"),
        clocks=data.lines("clocks"),
        zones=data.table("zones"),
        parts=data.numbers("parts"),
        days={name.replace("_", " "): distance for name, distance in data.numbers("days").items()},
        cues=cues.lines("patterns"),
        breaks=cues.text("breaks"),
        future=cues.text("future"),
    )


def places(data: Table, times: TimeWords) -> Places:
    """Finds the names of places.  Raises `ConfigError`."""
    words = PlaceWords(
        before=data.phrases("before"),
        between=data.words("between"),
        inside=data.words("inside"),
        calendar=(*times.weekdays, *times.months),
    )
    return Places(words)


def hints(scope: ScopeRules, claimants: ClaimantRules, times: Times) -> Hints:
    """Tells which cues a sentence may hold, by the names that `Sentence.cues` is asked for."""
    cues = {
        "background": scope.background,
        "background_after": scope.background_after,
        "background_behind": (scope.background_behind,),
        "apart": (scope.apart,),
        "doubt": (scope.feared, scope.unconfirmed, scope.unverified, scope.unsure, scope.untrue),
        "obituary": (scope.obituary,),
        "unreal": (scope.unreal,),
        "unknown": scope.unknown,
        "at_odds": scope.at_odds,
        "superseded": (scope.superseded_first,),
        "takes_in": (scope.takes_in,),
        "joins": (scope.joins,),
        "let_go": (scope.let_go,),
        "neighbours": claimants.neighbours,
        "times": times.cues,
    }
    return Hints(cues)


def _metrics(table: Table) -> dict[str, Metric]:
    """Words and the metric of each."""
    for word, name in table.items():
        if name not in METRICS:
            raise table.fault(word, f"{name!r} is no metric: wants one of {', '.join(sorted(METRICS))}")
    return {word: Metric(name) for word, name in table.items()}
