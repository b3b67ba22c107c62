"""How fast likeness is, and whether it stays so: articles a second at 1,000 to 300,000 live stories, memory, restart.

    python -m bench.bench_likeness [--stories 1000 10000 50000 200000 300000]

The index is filled with made-up articles first, each a story of its own, as a restart without a snapshot fills it.
Measured are the articles after that, of 300 to 500 words (`bench/articles.py`), six to a story and every fourth a
reworked copy of a recent one: sketch and placing, in processor time, the best of a few passes that begin alike, for
what else a machine does makes a pass slower and none faster.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from bench.articles import START, generate
from streams.operators.assign import Assigner
from tallywire.identity import digest
from tallywire.likeness import sketch
from tallywire.likeness.sketching import SHINGLES, VERSION
from tallywire.records import Article, Extract, Reading, Sketch, StoryReading

MEASURED = 1000
PASSES = 3
FILLED = 200  # articles made up at a time
REWORKED = 0.15  # words of a copy that are not the source's


class Press:
    """Makes articles up, the same ones every time."""

    def __init__(self, span: timedelta) -> None:
        self._chance = np.random.default_rng(7)
        self._span = span

    def articles(self, count: int) -> Iterator[Article]:
        """Articles of 300 to 500 words, six to a story, after the span; every fourth reworks one of the last twenty."""
        recent: list[Article] = []
        for number, made in enumerate(generate(count, gap=timedelta(seconds=1))):
            article = made
            if number % 4 == 3:
                source = recent[number % len(recent)]
                words = np.array(source.body.split(), object)
                changed = self._chance.random(words.size) < REWORKED
                words[changed] = self._chance.permutation(words)[changed]
                article = replace(made, title=source.title, body=" ".join(words))
            recent = [*recent[-19:], made]
            at = START + self._span + timedelta(seconds=number + 1)
            yield replace(article, arrived=at, published=at)

    def filler(self, number: int, of: int) -> Reading:
        """An article that nobody wrote, as a sketch of the usual size with words of its own."""
        shingles = np.sort(self._chance.integers(0, 1 << 63, SHINGLES, dtype=np.uint64))
        rare = self._chance.integers(0, 1 << 32, 100, dtype=np.uint64)
        common = self._chance.integers(0, 30_000, 80, dtype=np.uint64) * np.uint64(139_969)
        hashes = np.unique(np.concatenate((rare, common)) & np.uint64(0xFFFFFFFF)).astype("<u4")
        flags = np.where(np.arange(hashes.size) % 20 == 0, 0xC1, 1).astype(np.uint8)
        made = Sketch(
            v=VERSION,
            exact=int(shingles[0]),
            shingles=shingles.astype("<u8").tobytes(),
            terms=hashes.tobytes() + flags.tobytes(),
        )
        at = START + self._span * (number / of)
        article = Article(id=f"f{number}", title="", body="", arrived=at, outlet=f"o{number % 40}")
        return Reading(article=article, extract=Extract(id=article.id, language="en"), sketch=made)


def resident() -> float:
    """Megabytes of memory in use (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def opened(reading: Reading) -> StoryReading:
    """What is put out for an article that opens a story."""
    name = reading.article.id
    return StoryReading(reading=reading, story=digest("story", name), label="", origin=name, opens_story=True)


def fill(assigner: Assigner, press: Press, stories: int) -> float:
    """Take in so many stories; the seconds that took."""
    spent = 0.0
    for first in range(0, stories, FILLED):
        last = min(first + FILLED, stories)
        outputs = [opened(press.filler(number, stories)) for number in range(first, last)]
        began = time.process_time()
        assigner.restore(outputs)
        spent += time.process_time() - began
    return spent


def measure(stories: int) -> None:
    """One row: the speed at so many live stories, what they take, and how soon a restart is ready."""
    press = Press(timedelta(days=3))
    fill(Assigner(), press, FILLED)  # so that what making articles up takes does not count
    assigner = Assigner()
    before = resident()
    restored = fill(assigner, press, stories)
    size = resident() - before
    texts = list(press.articles(MEASURED))
    began = time.process_time()
    data = assigner.snapshot()
    frozen = time.process_time() - began
    del assigner
    sketched = placed = thawed = float("inf")
    for _ in range(PASSES):
        began = time.process_time()
        assigner = Assigner.from_snapshot(data)
        read = time.process_time()
        sketches = [sketch(article.title, article.body) for article in texts]
        made = time.process_time()
        for article, one in zip(texts, sketches, strict=True):
            assigner.step(Reading(article=article, extract=Extract(id=article.id, language="en"), sketch=one))
        placed = min(placed, time.process_time() - made)
        sketched, thawed = min(sketched, made - read), min(thawed, read - began)
        del assigner
    print(
        f"| {stories:,} | {MEASURED / sketched:,.0f}/s | {MEASURED / placed:,.0f}/s"
        f" | {MEASURED / (sketched + placed):,.0f}/s | {size * 1e3 / stories:.1f} KB"
        f" | {len(data) / 1e6:,.0f} MB, {frozen:.1f} s, {thawed:.1f} s"
        f" | {restored:.1f} s, {stories / restored:,.0f}/s |",
        flush=True,
    )


def main() -> None:
    """Measure each size asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, nargs="+", default=[1000, 10_000, 50_000])
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}\n")
    print(
        "| live stories | sketch | place | together | memory each | snapshot, written, read | taken in without it |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for stories in parser.parse_args().stories:
        # Each in a process of its own: what one left free would hide what the next one takes.
        process = get_context("spawn").Process(target=measure, args=(stories,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
