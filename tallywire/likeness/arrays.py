"""Small helpers on arrays, leaner than their general counterparts in numpy: they are called for every article."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_Any = TypeVar("_Any", bound=np.generic)


def distinct(values: npt.NDArray[_Any]) -> tuple[npt.NDArray[_Any], Ints]:
    """The different values, ascending, and the place among them of each value."""
    order = values.argsort()  # in whatever order it leaves equal values: they have one place
    ascending = values[order]
    new = np.zeros(values.size, np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    places = np.empty(values.size, np.int64)
    places[order] = new.cumsum()
    new[:1] = True
    return ascending[new], places


def summed(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The sums along the last axis."""
    return np.asarray(np.add.reduce(values, axis=-1))


def heaviest(weights: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.bool_]:
    """Which places of each row hold its highest weights above 0, so many at most; of equal ones the first."""
    chosen = weights > 0.0
    if weights.shape[1] <= most:
        return chosen
    line = np.partition(weights, -most, axis=1)[:, -most, None]
    chosen &= weights >= line
    over = np.flatnonzero(np.count_nonzero(chosen, axis=1) > most)
    level = weights[over] == line[over]
    above = np.count_nonzero(weights[over] > line[over], axis=1)[:, None]
    chosen[over] &= ~level | (level.cumsum(axis=1, dtype=np.int32) <= most - above)
    return chosen
