"""Snapshots of one feed, served one after another to the real poller: each item once, each edit once, nothing else."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.played import play, stamped

START = datetime(2031, 5, 4, 12, tzinfo=UTC)


def document(items: list[tuple[int, int]]) -> bytes:
    """A feed of items (number, version)."""
    shown = "".join(
        f"<item><title>Quay report {number}</title><link>https://quay.example/{number}?ref=rss</link>"
        f"<description>{number} tons lay at the quay{', it was corrected' * version}.</description></item>"
        for number, version in items
    )
    return f'<rss version="2.0"><channel><title>Quay</title>{shown}</channel></rss>'.encode()


async def test_what_a_feed_showed_comes_once(tmp_path: Path) -> None:
    dice = random.Random(3)  # noqa: S311 - repeatable, not secret
    shown, versions = list(range(20)), dict.fromkeys(range(20), 0)
    told: list[tuple[str, int, int]] = []
    for number in range(60):
        path = tmp_path / f"{START + timedelta(minutes=20 * number):%Y%m%dT%H%M%SZ}.xml"
        broken = number % 10 == 9
        fresh = 0 if broken else dice.randrange(3) if number else 20
        edited = [n for n in shown[:-3] if dice.random() < 0.04] if number and not broken else []
        if number:
            shown = [max(versions) + 1 + n for n in range(fresh)][::-1] + shown[: 20 - fresh]
            versions |= {n: 0 for n in shown if n not in versions}
        for n in edited:
            versions[n] += n in shown
        edited = [n for n in edited if n in shown]
        whole = document([(n, versions[n]) for n in shown])
        path.write_bytes((whole[: len(whole) // 2] if number % 20 == 9 else b"") if broken else whole)
        told.append((path.name, fresh, len(edited)))
    steps = await play(stamped(tmp_path))
    assert [(step.file, len(step.new), len(step.edited)) for step in steps] == told
    assert {step.outcome for step in steps} == {"new", "not_modified", "cut_off", "empty"}
