"""How fast likeness is, and whether it stays so: articles a second at 1,000 to 200,000 live stories, memory, restart.

    python -m bench.bench_likeness [--stories 1000 10000 50000 200000]

The texts are made of a vocabulary with the frequencies of words in news (Zipf), 400 words an article; every fourth is
a reworked copy of a recent one.  The index is filled with made-up articles first, one a story; measured are the
articles after that, sketch and placing together, in processor time.
"""

from __future__ import annotations

import argparse
import platform
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from streams.operators.assign import Assigner
from tallywire.likeness import sketch
from tallywire.records import Article, Extract, Reading, Sketch, StoryReading

START = datetime(2031, 1, 1, tzinfo=UTC)
MEASURED = 1000
WORDS = 400
VOCABULARY = np.array([f"w{rank}" for rank in range(60_000)])
ODDS = 1.0 / (np.arange(60_000) + 10.0)
ODDS /= ODDS.sum()


class Press:
    """Makes articles up, the same ones every time."""

    def __init__(self, span: timedelta) -> None:
        self._chance = np.random.default_rng(7)
        self._span = span
        self._recent: list[list[str]] = []
        self.made = 0

    def text(self) -> tuple[str, str]:
        """A title and a body; every fourth reworks a recent one."""
        if self._recent and self.made % 4 == 3:
            words = list(self._recent[self.made % len(self._recent)])
            for place in self._chance.integers(0, WORDS, 60):
                words[place] = str(self._chance.choice(VOCABULARY))
        else:
            words = [str(word) for word in self._chance.choice(VOCABULARY, WORDS, p=ODDS)]
        self._recent = [*self._recent[-200:], words]
        return " ".join(words[:9]), " ".join(words)

    def article(self, title: str, body: str, step: timedelta) -> Article:
        """The next article, a step of time after the last."""
        self.made += 1
        at = START + self._span + step * self.made
        return Article(id=f"m{self.made}", title=title, body=body, arrived=at, outlet=f"o{self.made % 40}")

    def filler(self, number: int, of: int) -> Reading:
        """An article that nobody wrote, as a sketch of the usual size with words of its own."""
        shingles = np.sort(self._chance.integers(0, 1 << 63, 210, dtype=np.uint64))
        rare = self._chance.integers(0, 1 << 32, 100, dtype=np.uint64)
        common = self._chance.integers(0, 30_000, 80, dtype=np.uint64) * np.uint64(139_969)
        hashes = np.unique(np.concatenate((rare, common)) & np.uint64(0xFFFFFFFF)).astype("<u4")
        flags = np.where(np.arange(hashes.size) % 20 == 0, 0xC1, 1).astype(np.uint8)
        made = Sketch(
            v=1,
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
    texts = [(press.article(*press.text(), timedelta(seconds=1))) for _ in range(MEASURED)]
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
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, {WORDS} words")
    for stories in parser.parse_args().stories:
        measure(stories)


if __name__ == "__main__":
    main()
