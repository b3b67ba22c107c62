"""How fast likeness is, and whether it stays so: articles a second at 1,000 to 200,000 live stories, memory, restart.

    python -m bench.bench_likeness [--stories 1000 10000 50000 200000]

The index is filled with made-up articles first, each a story of its own; measured are the articles after that, of 300
to 500 words (`bench/articles.py`), six to a story and every fourth a reworked copy of a recent one: sketch and placing
together, in processor time.
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
from tallywire.likeness import sketch
from tallywire.likeness.sketching import SHINGLES, VERSION
from tallywire.records import Article, Extract, Reading, Sketch, StoryReading

MEASURED = 1000
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


def _outputs(stories: int) -> list[StoryReading]:
    """What was put out for so many articles."""
    press, assigner = Press(timedelta(days=3)), Assigner()
    return [assigner.step(press.filler(number, stories)).outputs[-1] for number in range(stories)]


def measure(stories: int) -> None:
    """One line: the speed at so many live stories, what they take, and how soon a restart is ready."""
    press = Press(timedelta(days=3))
    assigner = Assigner()
    before = resident()
    for number in range(stories):
        assigner.step(press.filler(number, stories))
    size = resident() - before
    texts = list(press.articles(MEASURED))
    began = time.process_time()
    sketches = [sketch(article.title, article.body) for article in texts]
    sketched = time.process_time()
    for article, made in zip(texts, sketches, strict=True):
        assigner.step(Reading(article=article, extract=Extract(id=article.id, language="en"), sketch=made))
    placed = time.process_time()
    data = assigner.snapshot()
    frozen = time.process_time()
    Assigner.from_snapshot(data)
    thawed = time.process_time()
    outputs = _outputs(min(stories, 10_000))
    began_again = time.process_time()
    Assigner().restore(outputs)
    restored = time.process_time()
    print(
        f"{stories:>8,} stories  sketch {MEASURED / (sketched - began):>6,.0f}/s  place"
        f" {MEASURED / (placed - sketched):>6,.0f}/s  together {MEASURED / (placed - began):>6,.0f}/s"
        f"  memory {size:>6,.0f} MB ({size * 1e3 / stories:.1f} KB each)  snapshot {len(data) / 1e6:,.0f} MB,"
        f" written in {frozen - placed:.1f} s, read in {thawed - frozen:.1f} s"
        f"  restored without it {len(outputs) / (restored - began_again):,.0f}/s"
    )


def main() -> None:
    """Measure each size asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, nargs="+", default=[1000, 10_000, 50_000])
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    for stories in parser.parse_args().stories:
        # Each in a process of its own: what one left free would hide what the next one takes.
        process = get_context("spawn").Process(target=measure, args=(stories,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
