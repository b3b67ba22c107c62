"""The embedded state: one SQLite file (WAL) that holds everything the monitor must not forget."""

from streams.store.opening import MEMORY
from streams.store.store import Placed, SourceRow, Store

__all__ = ["MEMORY", "Placed", "SourceRow", "Store"]
