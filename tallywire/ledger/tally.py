"""The story's bottom line: everyone killed, injured, missing … in the event.

A figure for everyone that two independent voices hold, one of them named, is the bottom line.  Failing that, the
bottom lines of the articles since it was published decide: the one that most of them give, of equals the figure's own
where a claimant is named for it, then what other articles mention, too, then the figure's own unless it is far above
the others, else the lowest (the most conservative estimate, as ACLED chooses).  Where articles have no bottom lines,
it is the figure, or the sum of the widest parts that have nobody in common.

The dead and the injured are seen together: the injured may have died since, and the dead may be another event's.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tallywire.ledger.consensus import best
from tallywire.ledger.groups import contains, demographic, disjoint
from tallywire.ledger.odds import LARGE, holders, rivals
from tallywire.ledger.policy import Policy
from tallywire.ledger.state import Ledger, Standing, Tally, Track
from tallywire.ledger.values import Value
from tallywire.records import Bounds, Metric, Scope

FAR = 2  # times another article's number: where nobody is named for it, mostly that of several events


def tally(ledger: Ledger, standings: dict[str, Standing], policy: Policy) -> dict[Metric, Bounds]:
    """The bottom line of every metric that has one; `standings` are those of the ledger's figures, by key."""
    metrics = {track.metric for track in ledger.tracks.values()} | {
        m for one in ledger.tallies for m in one.counts
    }
    lines = {metric: _line(ledger, standings, metric, policy) for metric in sorted(metrics)}
    if _none_died(ledger):
        lines[Metric.KILLED] = None
    if _all_died(ledger, lines.get(Metric.KILLED)):
        lines[Metric.INJURED] = None
    lines[Metric.INJURED] = _still_injured(ledger, lines.get(Metric.KILLED)) or lines.get(Metric.INJURED)
    return {metric: line for metric, line in lines.items() if line is not None}


def _line(ledger: Ledger, standings: dict[str, Standing], metric: Metric, policy: Policy) -> Bounds | None:
    everyone = standings.get(f"{metric}|", Standing())
    lines = [one for one in ledger.tallies if metric in one.counts]
    if ledger.tallies and not lines:
        return None  # the articles count nobody: what was claimed is not of the event
    whole = None if everyone.value is None else _single(everyone, everyone.value, policy)
    if whole is not None and _number(whole) < _most(ledger, standings, metric) and _agree(lines, metric):
        whole = None
    if whole is not None and (everyone.added or _established(everyone, policy)):
        return whole
    parts = _added(ledger, standings, metric)
    if (
        whole is None
        and parts is not None
        and not _agree(lines, metric)
        and _several(ledger, standings, metric)
    ):
        return parts
    lines = [one for one in lines if not _taken_back(everyone, one.article, _number(one.counts[metric]))]
    known = whole is not None and _number(whole) in {_number(one.counts[metric]) for one in lines}
    kept = [one for one in lines if not known or _since(everyone, one.at)]
    since = [one.counts[metric] for one in kept]
    if whole is not None:
        since = _comparable(since, whole)
    elif parts is not None and any(track.facets.nations for track, _ in _apart(ledger, standings, metric)):
        since = [line for line in since if _number(line) >= _number(parts)] or [parts]
    if not since:
        return whole or parts
    return _voted(since, whole, _named(everyone, policy), _mentions(ledger, metric))


def _none_died(ledger: Ledger) -> bool:
    """Whether the dead are another event's: most articles, since they were first counted, tell of the injured alone.

    Who counts the injured of an event has counted its dead first.
    """
    dead = [one for one in ledger.tallies if _number(one.counts.get(Metric.KILLED))]
    silent = [
        one
        for one in ledger.tallies
        if dead
        and one.at >= dead[0].at
        and _number(one.counts.get(Metric.INJURED))
        and not _number(one.counts.get(Metric.KILLED))
    ]
    return len(silent) > len(dead)


def _all_died(ledger: Ledger, dead: Bounds | None) -> bool:
    """Whether the injured have died: who counts them gives as many fewer dead than articles since."""
    now = [one.at for one in ledger.tallies if _number(one.counts.get(Metric.KILLED)) == _number(dead)]
    counts = [(one.at, one.counts) for one in ledger.tallies if _number(one.counts.get(Metric.INJURED))]
    return bool(now and counts) and all(
        at <= max(now) and _number(line[Metric.INJURED]) + _number(line.get(Metric.KILLED)) <= _number(dead)
        for at, line in counts
    )


def _still_injured(ledger: Ledger, dead: Bounds | None) -> Bounds | None:
    """The injured whom the last article leaves that counts as many more dead as fewer injured; else None.

    Seven hurt and one dead, then six and two: one of the seven has died, whoever vouched for the seven.
    """
    counts = [one.counts for one in ledger.tallies if _number(one.counts.get(Metric.INJURED))]
    if not counts or _number(counts[-1].get(Metric.KILLED)) != _number(dead):
        return None
    fewer = (line for line in counts if 0 < _number(line.get(Metric.KILLED)) < _number(dead))
    return counts[-1][Metric.INJURED] if any(_hit(line) == _hit(counts[-1]) for line in fewer) else None


def _hit(line: dict[Metric, Bounds]) -> int:
    """The dead and the injured of an article together."""
    return _number(line.get(Metric.KILLED)) + _number(line.get(Metric.INJURED))


def _agree(lines: list[Tally], metric: Metric) -> bool:
    """Whether several articles give one number, and no other."""
    return len(lines) > 1 and len({_number(one.counts[metric]) for one in lines}) == 1


def _comparable(lines: list[Bounds], whole: Bounds) -> list[Bounds]:
    """The lines that say something about the figure: a weaker bound says the figure, half of hundreds says nothing."""
    lines = [whole if _leaves_open(line, whole) else line for line in lines]
    if _number(whole) < LARGE:
        return lines
    return [line for line in lines if 2 * _number(line) >= _number(whole)] or lines


def _taken_back(everyone: Standing, article: str, number: int) -> bool:
    """Whether an article's number was put aside, or is one that the figure had until it was withdrawn."""
    if any(entry.article == article and entry.value.number == number for entry in everyone.aside):
        return True
    return everyone.value is None and any(value.number == number for value in everyone.left)


def _since(everyone: Standing, at: datetime) -> bool:
    return everyone.since is None or at >= everyone.since


def _leaves_open(line: Bounds, whole: Bounds) -> bool:
    """Whether a bottom line is but a weaker bound of the figure: "at least 2,000" where it is 11,300."""
    return line.high is None and (line.low or 0) < _number(whole)


def _mentions(ledger: Ledger, metric: Metric) -> Counter[int]:
    """How many articles give a number of several people without its being their bottom line."""
    lines = {one.article: _number(one.counts.get(metric)) for one in ledger.tallies}
    said = {
        (entry.article, entry.value.number)
        for track in ledger.tracks.values()
        if track.metric is metric
        for entry in track.entries
    }
    return Counter(
        number
        for article, number in said
        if number is not None and number > 1 and number != lines.get(article)
    )


def _voted(lines: list[Bounds], whole: Bounds | None, named: bool, mentions: Counter[int]) -> Bounds:
    """The line that most give.

    Of equals: the figure where a claimant is named for it, what other articles know of, too, the figure where it is
    not far above the others, the lowest.
    """
    counts = Counter(_number(line) for line in lines)
    equals = [number for number in counts if counts[number] == max(counts.values())]
    own = None if whole is None else _number(whole)
    near = own is not None and own <= FAR * min(equals)
    number = max(
        equals,
        key=lambda one: (named and one == own, mentions[one], near and one == own, -one),
    )
    if whole is not None and named and number == own:
        return whole
    return next(line for line in reversed(lines) if _number(line) == number)


def _established(everyone: Standing, policy: Policy) -> bool:
    voices = _supporters(everyone, policy)
    return len(voices) > 1 and any(voices)


def _named(everyone: Standing, policy: Policy) -> bool:
    return any(_supporters(everyone, policy))


def _supporters(everyone: Standing, policy: Policy) -> list[bool]:
    """For each voice that gives the very number: whether it is named, and counts the dead, not bodies found."""
    number = everyone.value.number if everyone.value else None
    return [
        held.entry.named and not held.entry.found
        for held in holders(everyone, policy)
        if held.value.number == number
    ]


def _single(standing: Standing, value: Value, policy: Policy) -> Bounds:
    """One line for a figure: while a disagreement is open about a number that nobody is named for, its best."""
    if not rivals(standing, policy) or any(_supporters(standing, policy)):
        return value.bounds
    number = best(standing, policy)
    return value.bounds if number == value.number else Bounds(number, number)


def _added(ledger: Ledger, standings: dict[str, Standing], metric: Metric) -> Bounds | None:
    """The widest parts that have nobody in common, together."""
    values = [value for _, value in _apart(ledger, standings, metric)]
    if not values:
        return None
    highs = [value.high for value in values]
    return Bounds(
        sum(value.low or 0 for value in values),
        None if None in highs else sum(high for high in highs if high is not None),
    )


def _most(ledger: Ledger, standings: dict[str, Standing], metric: Metric) -> int:
    """The number of the largest part: who is fewer is not everyone."""
    return max((value.number or 0 for _, value in _apart(ledger, standings, metric)), default=0)


def _several(ledger: Ledger, standings: dict[str, Standing], metric: Metric) -> bool:
    """Whether there are at least two groups that are told apart by who they are, not by age or sex."""
    return sum(not demographic(track.facets) for track, _ in _apart(ledger, standings, metric)) > 1


def _apart(ledger: Ledger, standings: dict[str, Standing], metric: Metric) -> list[tuple[Track, Value]]:
    groups = [
        (track, value)
        for key, track in sorted(ledger.tracks.items())
        if track.metric is metric
        and track.facets.key
        and track.scope is not Scope.SUBSET
        and (value := standings[key].value) is not None
    ]
    widest = [
        (one, value)
        for one, value in groups
        if not any(contains(other.facets, one.facets) for other, _ in groups)
    ]
    chosen: list[tuple[Track, Value]] = []
    for one, value in sorted(widest, key=lambda pair: (-(pair[1].number or 0), pair[0].facets.key)):
        if all(disjoint(one.facets, other.facets) for other, _ in chosen):
            chosen.append((one, value))
    return chosen


def _number(line: Bounds | None) -> int:
    if line is None:
        return 0
    return line.low if line.low is not None else line.high or 0
