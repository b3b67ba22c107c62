"""How fast texts are read, on one core.

    python bench/bench_reading.py

Prints articles a second of processor time: the claims of dense reports (a figure in every other sentence), of
ordinary ones (a figure in one sentence of ten), of texts without a trigger word, and `read` as a whole (claims,
actors, agency).  The texts are made from sentences of the project's own tables, some 400 words each.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tallywire.reading import read
from tallywire.reading.document import Document
from tallywire.reading.lexicon import load
from tallywire.reading.reader import FigureReader
from tallywire.records import Article

WORDS = 400
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


def main() -> None:
    lexicon = load("en")
    reader = FigureReader(lexicon)

    def claims(article: Article) -> object:
        return reader.read(Document.of(article, lexicon), article.at.year)

    for name, share in (("dense", 0.5), ("ordinary", 0.1), ("no trigger", 0.0)):
        print(f"claims, {name:<12} {rate(claims, articles(share)):>8.0f} articles a second")
    print(f"read, ordinary       {rate(read, articles(0.1)):>8.0f} articles a second")


if __name__ == "__main__":
    main()
