"""How sure a figure is and what share of the event it covers, from the words of its sentence.

The grammar has settled what stands in the figure's own clause (feared dead, could pass 100, rose from 40
to 55); here the rest of the sentence speaks: another year, a denial, fears, "no official figure". The
expressions are data (`scope.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tallywire.reading.document import Sentence
from tallywire.reading.findings import Finding
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import ScopeRules
from tallywire.records import Basis, Metric, Scope, Status

_NEAR = 70  # characters between a figure and a cue that still speaks of it
_PAST = frozenset({"background", "background_after", "background_behind"})  # names of cues
_TOLD_AFTER_THE_DEAD = frozenset({Metric.INJURED, Metric.MISSING, Metric.DISPLACED})
_HARM = frozenset({Metric.KILLED, Metric.INJURED})
_AGE = re.compile(r"\d+")
_OLD = 75  # years; at that age a death with no other cause is no news of victims
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_EARLY = 10  # days of a month in which news may still be of the month before


class Written(NamedTuple):
    """When an article was written, as far as it tells other times from its own."""

    at: datetime | None  #: None where nothing tells: then every year is the past, and no month another

    def is_at(self, cue: re.Match[str], rules: ScopeRules) -> bool:
        """Whether a cue for another time names the article's own: its year or one to come, its month or that before."""
        if self.at is None:
            return cue.groupdict().get("month") is not None
        if any(int(found) >= self.at.year for found in _YEAR.findall(cue.group())):
            return True
        month = cue.groupdict().get("month")
        if month is None:
            return False
        months_ago = (self.at.month - rules.months[month]) % 12
        return months_ago == 0 or (months_ago == 1 and self.at.day <= _EARLY)


class Numberless(NamedTuple):
    """A count that a sentence speaks of without giving it; `begin` and `end` span the words that say whom it counts."""

    metric: Metric
    begin: int  #: offsets into the sentence
    end: int
    at_odds: bool  #: there are several, which conflict; else there is none


def settle(
    findings: list[Finding], sentence: Sentence, now: Written, told: Collection[Metric], rules: ScopeRules
) -> None:
    """Give the findings of a sentence their scope and status.

    `now` is when the article was written; `told` what the article has given figures for before.
    """
    tokens, lowered, start, cues = sentence.tokens, sentence.lowered, sentence.start, sentence.cues
    _settle_increments(findings, told)
    if "takes_in" in cues:
        _settle_taken_in(findings, tokens, lowered, start, rules)
    if "joins" in cues:
        _settle_joining(findings, tokens, lowered, start, rules)
    if "let_go" in cues:
        _settle_let_go(findings, tokens, lowered, start, rules)
    if "superseded" in cues:
        _settle_superseded(findings, tokens, lowered, start, rules)
    if not cues.keys().isdisjoint(_PAST):
        _settle_background(findings, sentence, now, rules)
    if "apart" in cues:
        _settle_apart(findings, tokens, lowered, start, rules)
    if "doubt" in cues:
        _settle_doubt(findings, tokens, lowered, start, rules)


def _settle_doubt(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """Whoever speaks is not sure, or calls it wrong."""
    for cue in rules.untrue.finditer(lowered):
        _set_status(findings, tokens, start + cue.start(), start + cue.end(), Status.DENIED)
    for cue in rules.unsure.finditer(lowered):
        begin, end = start + cue.start() - _NEAR, start + cue.end()
        near = [one for one in findings if begin <= tokens.starts[one.start] < end]
        last = max((one.counted.start for one in near), default=None)  # "12 dead and 80 injured or missing"
        _set_status([one for one in near if one.counted.start == last], tokens, begin, end, Status.FEARED)
    for cue in rules.unconfirmed.finditer(lowered):
        begin, end = start + cue.start() - _NEAR, start + cue.end() + _NEAR
        _set_status(findings, tokens, begin, end, Status.UNCONFIRMED)
    for cue in rules.unverified.finditer(lowered):
        _set_status(findings, tokens, start + cue.end(), start + cue.end() + _NEAR, Status.UNCONFIRMED)
    for cue in rules.feared.finditer(lowered):
        _set_status(findings, tokens, start + cue.end(), start + cue.end() + _NEAR, Status.FEARED)


def _set_status(findings: list[Finding], tokens: Tokens, begin: int, end: int, status: Status) -> None:
    """The status of what is asserted between two offsets."""
    for finding in findings:
        if finding.status is Status.ASSERTED and begin <= tokens.starts[finding.start] < end:
            finding.status = status


def without_others(findings: list[Finding], sentence: Sentence, rules: ScopeRules) -> list[Finding]:
    """The findings without people who are nobody's victims, or no longer.

    Those of a film, a drill or a game, those whom age or illness took ("the painter dies at 91"), hostages of whom
    nothing is said but that they were let go ("the group freed two hostages"), and what lies between two figures
    ("eight more than the army").
    """
    tokens, lowered, start = sentence.tokens, sentence.lowered, sentence.start
    ends = list(rules.obituary.finditer(lowered)) if "obituary" in sentence.cues else []
    freed = _freed(findings, tokens, lowered, start, rules)
    unreal = rules.unreal.search(lowered) if "unreal" in sentence.cues else None
    real = start + unreal.start() if unreal else sentence.end
    return [
        f
        for f in findings
        if f not in freed
        and tokens.ends[f.counted.end - 1] <= real
        and not any(_is_obituary(f, tokens, start, end) for end in ends)
        and not rules.difference.match(lowered[tokens.starts[f.counted.start] - start :])
    ]


def _is_obituary(finding: Finding, tokens: Tokens, start: int, end: re.Match[str]) -> bool:
    """Whether a finding is of the death that an obituary's words in a sentence from `start` on tell of.

    They do of one with a name, of "he" and "she", and of anybody old: "Veteran actor dies at 91".
    """
    one = finding.number.low == finding.number.high == 1
    known = finding.counted.named or finding.counted.symbol == "C" or finding.pronoun
    old = int(_AGE.findall(end.group())[-1]) >= _OLD
    there = tokens.starts[finding.start] <= start + end.start() < tokens.ends[finding.end - 1]
    return finding.metric is Metric.KILLED and one and (known or old) and there


def _freed(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> list[Finding]:
    """Of the hostages that are only named, those nearest behind each verb of letting go, else before it."""
    held = [f for f in findings if f.metric is Metric.KIDNAPPED and f.trigger < 0 and not f.verb]
    freed = []
    for cue in rules.set_free.finditer(lowered) if held else ():
        behind = [f for f in held if tokens.starts[f.start] >= start + cue.end()]
        freed.append(behind[0] if behind else held[-1])
    return freed


def _settle_increments(findings: list[Finding], told: Collection[Metric]) -> None:
    """'Another 12' adds to an earlier figure, unless that one counts something else.

    Where only the dead have been told of, "thousands more are missing" counts on from them.
    """
    for index, finding in enumerate(findings):
        if finding.scope is not Scope.TOTAL:
            continue
        before = {other.metric for other in findings[:index]}
        if not before and Metric.KILLED in told and finding.metric in _TOLD_AFTER_THE_DEAD:
            before = set(told)
        if finding.increment and (not before or finding.metric in before):
            finding.scope = Scope.INCREMENT


def _settle_taken_in(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """A figure that a toll takes in adds to an earlier one: "killed 23, bringing the toll to 55".

    Where the toll is the smaller one, it is the earlier: "29 were killed, he said, raising an earlier toll of 22".
    """
    cue = rules.takes_in.search(lowered)
    if cue is None:
        return
    place = start + cue.start()
    tolls = {f.metric: f for f in findings if f.toll and tokens.starts[f.start] >= place - _NEAR}
    for finding in findings:
        toll = tolls.get(finding.metric)
        if toll is None or finding.toll or tokens.ends[finding.end - 1] > place:
            continue
        if _size(finding) <= _size(toll):
            finding.scope = Scope.INCREMENT
        else:
            toll.status = Status.SUPERSEDED


def _size(finding: Finding) -> int:
    return finding.number.low if finding.number.low is not None else finding.number.high or 0


def _settle_joining(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """'They have been joined by two who died of burns': two more than before."""
    for cue in rules.joins.finditer(lowered):
        for finding in findings:
            counted = tokens.starts[finding.counted.start] - start
            if finding.scope is Scope.TOTAL and cue.end() <= counted <= cue.end() + 1:
                finding.scope = Scope.INCREMENT


def _settle_let_go(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """'Two of those detained were freed, leaving four in custody': four are the total, the two a share of it."""
    cue = rules.let_go.search(lowered)
    if cue is None:
        return
    left = {f.metric for f in findings if tokens.starts[f.start] >= start + cue.end()}
    for finding in findings:
        gone = tokens.ends[finding.end - 1] <= start + cue.end()
        if gone and finding.scope is Scope.TOTAL and finding.metric in left:
            finding.scope = Scope.SUBSET


def _settle_superseded(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """'Initially said 40 …; later said only three'."""
    first = rules.superseded_first.search(lowered)
    if first is None:
        return
    then = rules.superseded_then.search(lowered, first.end())
    if then is None:
        return
    border = start + then.start()
    after = {finding.metric for finding in findings if tokens.starts[finding.start] >= border}
    for finding in findings:
        if start + first.start() <= tokens.starts[finding.start] < border and finding.metric in after:
            finding.status = Status.SUPERSEDED


def _settle_background(findings: list[Finding], sentence: Sentence, now: Written, rules: ScopeRules) -> None:
    """Another year or month, another event."""
    tokens, lowered, start = sentence.tokens, sentence.lowered, sentence.start
    around = _cues(sentence.cues.get("background", ()), lowered, now, rules)
    ahead = _cues(sentence.cues.get("background_after", ()), lowered, now, rules)
    past: list[Finding] = []
    for index, finding in enumerate(findings):
        if finding.scope not in (Scope.TOTAL, Scope.INCREMENT):
            continue
        begin, end = tokens.starts[finding.start] - start, tokens.ends[finding.end - 1] - start
        near = [cue for cue in around if _speaks_of(cue, begin, end, lowered, rules)]
        if (
            finding.metric is Metric.DETAINED
        ):  # "held over the fire that killed six in 2015": the fire was then
            others = [tokens.starts[other.start] - start for other in findings[index + 1 :]]
            near = [cue for cue in near if not any(end <= other < cue[0] for other in others)]
        if (
            near
            or any(cue[1] <= begin and not rules.breaks.search(lowered[cue[1] : begin]) for cue in ahead)
            or rules.background_behind.match(lowered[end:])
        ):
            past.append(finding)
    told = [finding for finding in findings if finding not in past]
    if any(finding.metric is Metric.DETAINED and finding.number.high != 0 for finding in told):
        return  # who is arrested now, or stands trial, does so for what the story is about, however long ago
    for finding in past:
        finding.scope = Scope.BACKGROUND


def _settle_apart(
    findings: list[Finding], tokens: Tokens, lowered: str, start: int, rules: ScopeRules
) -> None:
    """'Six died in separate shootings': whoever is hurt, in one event or another, not in the one that is told."""
    cues = [cue.span() for cue in rules.apart.finditer(lowered)]
    for finding in findings:
        begin, end = tokens.starts[finding.start] - start, tokens.ends[finding.end - 1] - start
        if finding.metric in _HARM:
            finding.apart = any(_speaks_of(cue, begin, end, lowered, rules) for cue in cues)


def _cues(
    patterns: Sequence[re.Pattern[str]], lowered: str, now: Written, rules: ScopeRules
) -> list[tuple[int, int]]:
    """Where the patterns stand, but for those that name the article's own time."""
    return [
        cue.span() for pattern in patterns for cue in pattern.finditer(lowered) if not now.is_at(cue, rules)
    ]


def _speaks_of(cue: tuple[int, int], begin: int, end: int, lowered: str, rules: ScopeRules) -> bool:
    """Whether a cue is close to the figure between `begin` and `end`, with nothing between that parts them."""
    if cue[1] <= begin:
        between = lowered[cue[1] : begin]
    elif end <= cue[0]:
        between = lowered[end : cue[0]]
    else:
        return True
    return len(between) < _NEAR and not rules.breaks.search(between)


def numberless(sentence: Sentence, findings: list[Finding], rules: ScopeRules) -> list[Numberless]:
    """What the sentence says of counts without giving one: that there is none, or that those there are conflict."""
    unknown = list(_numberless("unknown", sentence, rules))
    if unknown:
        findings[:] = [f for f in findings if f.number.low not in (0, None) or f.basis is Basis.SUMMED]
    found: dict[Metric, Numberless] = {}
    for one in (*unknown, *_numberless("at_odds", sentence, rules)):
        found.setdefault(one.metric, one)
    return list(found.values())


def _numberless(cue: str, sentence: Sentence, rules: ScopeRules) -> Iterator[Numberless]:
    for pattern in sentence.cues.get(cue, ()):
        for match in pattern.finditer(sentence.lowered):
            what = match.group("what")
            metric = next((metric for stem, metric in rules.unknown_metric.items() if stem in what), None)
            if metric is not None:
                yield Numberless(metric, *match.span("what"), at_odds=cue == "at_odds")
