"""Feeds over several processes: every feed at one of them, all of a host at the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.shards import host_of, shard_of, share

URLS = [f"https://outlet{number}.example/{name}" for number in range(2_000) for name in ("rss", "sport.xml")]
THREE = ("feeds-0", "feeds-1", "feeds-2")


def test_every_feed_is_polled_once() -> None:
    shares = [share(URLS, shard, THREE) for shard in THREE]
    assert sorted(url for part in shares for url in part) == sorted(URLS)


def test_the_feeds_of_a_host_stay_together() -> None:
    homes = {(host_of(url), shard_of(url, THREE)) for url in URLS}
    assert len(homes) == len({host for host, _ in homes})
    for one, other in (
        ("https://Quay.example:8443/a", "http://quay.example./b"),
        ("https://me:pw@quäy.example/", "http://xn--quy-rla.example/"),
    ):
        assert host_of(one) == host_of(other)


def test_shares_are_of_a_size() -> None:
    sizes = Counter(shard_of(url, THREE) for url in URLS)
    assert all(abs(size - len(URLS) / 3) < len(URLS) / 30 for size in sizes.values())


def test_a_shard_more_moves_its_own_share_alone() -> None:
    four = (*THREE, "feeds-3")
    moved = [url for url in URLS if shard_of(url, THREE) != shard_of(url, four)]
    assert {shard_of(url, four) for url in moved} == {"feeds-3"}
    assert len(moved) < len(URLS) / 3


@given(st.text(), st.permutations(THREE))
def test_any_address_has_one_shard_however_shards_are_listed(url: str, shards: list[str]) -> None:
    assert shard_of(url, shards) == shard_of(url, THREE)


def test_a_shard_must_be_one_of_them() -> None:
    with pytest.raises(ValueError, match="feeds-9"):
        share(URLS, "feeds-9", THREE)
    with pytest.raises(ValueError, match="empty"):
        shard_of(URLS[0], ())
