"""Interval arithmetic: what a number with its words covers, and when two of them fit.

A value is what was said, [low, high] with the quantifier; its *reach* is what that leaves possible.  "At least 50"
reaches from 50 upwards, "about 60" a tolerance around 60, "55" is 55 alone.
"""

from __future__ import annotations

from math import inf

from tallywire.records import Bounds, Quantifier, Record

Reach = tuple[float, float]


class Value(Record, frozen=True):
    """A number as it was said; an open end is None."""

    low: int | None
    high: int | None
    quantifier: Quantifier = Quantifier.EXACT

    @property
    def bounds(self) -> Bounds:
        """The ends alone."""
        return Bounds(self.low, self.high)

    @property
    def number(self) -> int | None:
        """The one number that stands for it: the lower end, or the upper where it is open below."""
        return self.low if self.low is not None else self.high


def reach(value: Value, tolerance: float) -> Reach:
    """The inclusive interval that `value` leaves possible."""
    low = -inf if value.low is None else float(value.low)
    high = inf if value.high is None else float(value.high)
    if value.quantifier is Quantifier.ABOUT:
        return low * (1 - tolerance) if low > 0 else low, high * (1 + tolerance)
    return low, high


def fits(one: Value, other: Value, tolerance: float) -> bool:
    """Whether both can be true of the same people at the same time."""
    if one.quantifier is other.quantifier is Quantifier.EXACT:
        return one.low == other.low
    a, b = reach(one, tolerance), reach(other, tolerance)
    return a[0] <= b[1] and b[0] <= a[1]


def above(one: Value, other: Value, tolerance: float) -> bool:
    """Whether `one` lies wholly above `other`."""
    if one.quantifier is other.quantifier is Quantifier.EXACT:
        return (one.low or 0) > (other.low or 0)
    return reach(one, tolerance)[0] > reach(other, tolerance)[1]


def meet(held: Value, said: Value, tolerance: float) -> Value:
    """What two values that fit say together: the ends of both; of approximate ones the narrower, or the first."""
    if held == said:
        return held
    if Quantifier.ABOUT in (held.quantifier, said.quantifier):
        return said if _narrower(said, held, tolerance) else held
    low = max((end for end in (held.low, said.low) if end is not None), default=None)
    high = min((end for end in (held.high, said.high) if end is not None), default=None)
    return Value(low=low, high=high, quantifier=_quantifier(low, high))


def plus(value: Value, more: int) -> Value:
    """`value` and so many more, who are certain even where it has no lower end: "up to 30" and 5 are 5 to 35."""
    high = None if value.high is None else value.high + more
    if value.quantifier is Quantifier.UP_TO:
        return Value(low=more, high=high, quantifier=_quantifier(more, high))
    return Value(low=None if value.low is None else value.low + more, high=high, quantifier=value.quantifier)


def _narrower(one: Value, other: Value, tolerance: float) -> bool:
    if one.quantifier is other.quantifier:
        return False
    a, b = reach(one, tolerance), reach(other, tolerance)
    return a[1] - a[0] < b[1] - b[0]


def _quantifier(low: int | None, high: int | None) -> Quantifier:
    if high is None:
        return Quantifier.AT_LEAST
    if low is None:
        return Quantifier.UP_TO
    return Quantifier.EXACT if low == high else Quantifier.RANGE


def span(values: tuple[Value, ...]) -> Bounds:
    """The lowest and the highest number among several values; of one value, its own ends."""
    if len(values) == 1:
        return values[0].bounds
    numbers = [end for value in values for end in (value.low, value.high) if end is not None]
    return Bounds(min(numbers, default=None), max(numbers, default=None))


def tells_more(before: Value, after: Value, tolerance: float) -> bool:
    """Whether going from `before` to `after` is news: the number moved, beyond what an approximation covers.

    A closed upper end alone ("at least 55", then "55") is none.
    """
    if before.low == after.low:
        return before.low is None and before.high != after.high
    about = Quantifier.ABOUT in (before.quantifier, after.quantifier)
    closed = before.high is not None and after.high is not None
    return not (about and closed and fits(before, after, tolerance))


def shown(value: Value | Bounds) -> str:
    """A value in words: "55", "at least 50", "up to 100", "23–40", "no figure"."""
    low, high = value.low, value.high
    if low is None and high is None:
        return "no figure"
    prefix = "about " if isinstance(value, Value) and value.quantifier is Quantifier.ABOUT else ""
    if low == high:
        return f"{prefix}{low:,}"
    if high is None:
        return f"at least {low:,}"
    if low is None:
        return f"up to {high:,}"
    return f"{prefix}{low:,}–{high:,}"
