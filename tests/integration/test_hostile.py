"""Shapes built to hurt, served to the real poller: each is read or refused, and the process hardly grows.

The quick ones; `python -m bench.bench_feeds evil` has all of them, and what a good feed beside them feels.
"""

from __future__ import annotations

from bench.bench_feeds import BODIES, EVIL, STREAMS, attack, damaged
from connectors.sources.pool import CRASH, ParserPool

QUICK = {
    "quadratic attributes": "too_complex",
    "attributes, malformed": "too_complex",
    "deep nesting": "too_complex",
    "entity bomb": "entities",
    "quadratic entity": "entities",
    "entity in a malformed document": "entities",
    "parameter entities": "entities",
    "many namespaces": "unchanged",
    "JSON nesting": "not_a_feed",
    "JSON number": "not_a_feed",
    "brotli bomb, 1 GiB": "encoding",
    "zstd bomb, 1 GiB": "encoding",
    "gzip of junk": "encoding",
    "endless body": "too_large",
    "one byte a second": "timeout",
}
MOST = 64  # megabytes


async def test_hostile_shapes_are_refused_and_cost_little() -> None:
    assert len({*EVIL, *BODIES, *STREAMS}) >= 35
    found = await attack(QUICK)
    assert {name: outcome for name, (_, _, outcome) in found.shapes.items()} == QUICK
    assert max(growth for _, growth, _ in found.shapes.values()) <= MOST


def test_damaged_feeds_are_read_or_refused() -> None:
    """The same in little as `python -m bench.bench_feeds mutants` by the twenty thousand."""
    with ParserPool(1) as pool:
        for parsed in pool.parse_all(damaged(200)):
            assert parsed.fault is None or (parsed.articles == () and parsed.fault.cause != CRASH)
