"""Which of several processes polls a feed: all feeds of one host go to one process, so that politeness holds.

Rendezvous hashing (Thaler and Ravishankar, 1998): every process that knows the same shards draws the same lots,
without talking to the others, and when a shard comes or goes only its own share of the hosts moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yarl import URL

from connectors.sources.politeness import same
from tallywire.identity import digest


def shard_of(url: str, shards: Sequence[str]) -> str:
    """The shard that polls the feed at `url`: for each host the one of `shards` with the highest lot.

    `shards` are names that stay the same across restarts, such as `feeds-0`, in any order.  Raises `ValueError`
    where there are none.
    """
    host = host_of(url)
    return max(shards, key=lambda shard: (digest("shard", shard, host), shard))


def share(urls: Iterable[str], shard: str, shards: Sequence[str]) -> list[str]:
    """Those of `urls` that `shard` polls, in their order.  Raises `ValueError` where it is none of `shards`."""
    if shard not in shards:
        raise ValueError(f"{shard!r} is none of the shards {', '.join(shards)}")
    return [url for url in urls if shard_of(url, shards) == shard]


def host_of(url: str) -> str:
    """The host that politeness is owed to, as `politeness.HostTurns` counts it; '' for what is no address."""
    try:
        return same(URL(url).host or "")
    except (
        ValueError
    ):  # such as brackets that hold no IPv6 address: its poll tells the fault, wherever that is
        return ""
