"""How fast texts are read, on one core.

    python -m bench.bench_reading

Prints articles a second of processor time: the claims of dense reports (a figure in every other sentence), of
ordinary ones (a figure in one sentence of ten), of texts without a trigger word; claims and actors from one document;
and `read` as a whole (claims, actors, agency).  The texts are made from sentences of the project's own tables, some 400
words each.  Then what one text costs as it grows to a megabyte, and where the time of a dense report goes.
"""

from __future__ import annotations

import cProfile
import pstats
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tallywire.reading import read
from tallywire.reading.actors import find
from tallywire.reading.document import Document
from tallywire.reading.effort import Effort
from tallywire.reading.lexicon import load
from tallywire.reading.reader import FigureReader
from tallywire.records import Article

WORDS = 400
SHOWN = 25  # functions of the profile
FILLER = (
    "The road to the port was closed for most of the morning and traffic was sent through the old town. ",
    "Neighbours brought water and blankets, and volunteers opened the school on the square. ",
    "The council will meet next week to decide how the bridge is to be paid for. ",
    "Heavy rain is forecast for the coast, with winds from the north-west. ",
    "Shops in the centre stayed open, though few customers came. ",
)


def sentences() -> list[str]:
    folder = Path(__file__).parent.parent / "tests/unit/sentences"
    lines = [line for path in sorted(folder.glob("en_*.txt")) for line in path.read_text().splitlines()]
    return [line for line in lines if line and line[0] not in " #"]


def articles(share: float, count: int = 50) -> list[Article]:
    """Texts of which `share` of the sentences hold a figure."""
    rng, figures = random.Random(1), sentences()  # noqa: S311
    made = []
    for number in range(count):
        body = ""
        while len(body.split()) < WORDS:
            body += f"{rng.choice(figures)} " if rng.random() < share else rng.choice(FILLER)
        at = datetime(2024, 6, 1, tzinfo=UTC)
        made.append(Article(id=str(number), title="", body=body, arrived=at, published=at, language="en"))
    return made


def rate(work: Callable[[Article], object], texts: list[Article], seconds: float = 2.0) -> float:
    """Articles a second of processor time."""
    for article in texts[:10]:
        work(article)
    done, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        for article in texts:
            work(article)
        done += len(texts)
    return done / (time.process_time() - began)


def length_curve() -> None:
    """Milliseconds and steps of one text, from ten kilobytes to a megabyte."""
    lexicon, text = load("en"), " ".join(article.body for article in articles(0.3, 400))
    for size in (10_000, 100_000, 1_000_000):
        (article,) = [replace(each, body=text[:size]) for each in articles(0.0, 1)]
        effort, began = Effort(), time.process_time()
        FigureReader(lexicon).read(Document.of(article, lexicon), 2024, article.published, effort=effort)
        took = time.process_time() - began
        print(f"{size:>9,} characters {1000 * took:>9.0f} ms {effort.spent:>9,} steps")


def profile(work: Callable[[Article], object]) -> None:
    """The share of each function, with all that it calls, in the reading of dense reports."""
    measured = cProfile.Profile()
    measured.runcall(lambda: [work(article) for article in articles(0.5)])
    times = pstats.Stats(measured).stats  # type: ignore[attr-defined]
    whole = sum(own for _, _, own, _, _ in times.values())
    ours = (
        (below, place) for place, (_, _, _, below, _) in times.items() if "/tallywire/reading/" in place[0]
    )
    for below, (file, _, function) in sorted(ours, reverse=True)[:SHOWN]:
        print(f"{below / whole:>6.0%} {Path(file).stem}.{function}")


def main() -> None:
    lexicon = load("en")
    reader = FigureReader(lexicon)

    def claims(article: Article) -> object:
        return reader.read(Document.of(article, lexicon), article.at.year, article.published)

    def both(article: Article) -> object:
        document = Document.of(article, lexicon)
        return reader.read(document, article.at.year, article.published), find(document, article)

    for name, share in (("dense", 0.5), ("ordinary", 0.1), ("no trigger", 0.0)):
        print(f"claims, {name:<12} {rate(claims, articles(share)):>8.0f} articles a second")
    for name, share in (("dense", 0.5), ("ordinary", 0.1)):
        print(f"and actors, {name:<8} {rate(both, articles(share)):>8.0f} articles a second")
    print(f"read, ordinary       {rate(read, articles(0.1)):>8.0f} articles a second")
    length_curve()
    profile(claims)


if __name__ == "__main__":
    main()
