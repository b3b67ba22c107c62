"""Actors a second on one core: articles full of people, and the look-up of one person in a large cast."""

from __future__ import annotations

import random

import pytest

from bench.articles import START, SYLLABLES
from tallywire.reading.actors import find, keys, match
from tallywire.reading.document import Document
from tallywire.reading.lexicon import load
from tallywire.records import Actor, Article, Evidence

ARTICLES = 200
CAST = 5_000
SENTENCES = (
    "{title} {full} said on Tuesday that the road to {town} would stay closed for weeks.",
    "{full}, {age}, was taken to a hospital in {town}, where doctors treated several others.",
    "Nobody had told {last} that the bridge was gone, and nobody asked why the water rose so fast.",
    "The rain went on for days before the river left its bed and ran through the market and the lower streets.",
    '"We had nothing left," {last} said, looking at what had been a kitchen, a yard and a row of small shops.',
    "According to the {town} Police Department, roads, schools and offices will open again by the end of the month.",
)
TITLES = ("President", "Police Chief", "Defence Minister", "Dr.", "Governor", "spokesman")


def _word(source: random.Random) -> str:
    return "".join(source.choices(SYLLABLES, k=source.randint(2, 3))).capitalize()


def _article(number: int) -> Article:
    """Some 400 words about four people."""
    source = random.Random(number)  # noqa: S311  made-up articles
    cast = [(_word(source), _word(source)) for _ in range(4)]
    body = []
    for _ in range(22):
        first, last = source.choice(cast)
        values = {
            "full": f"{first} {last}",
            "last": last,
            "town": _word(source),
            "age": source.randint(18, 90),
        }
        body.append(source.choice(SENTENCES).format(title=source.choice(TITLES), **values))
    return Article(id=str(number), title="River leaves its bed", body=" ".join(body), arrived=START)


@pytest.fixture(scope="module")
def documents() -> list[tuple[Document, Article]]:
    lexicon = load("en")
    made = [(Document.of(article, lexicon), article) for article in map(_article, range(ARTICLES))]
    for document, _ in made:
        for field in document.fields:
            assert field.lowered is not None
            assert field.sentences is not None
    return made


def test_find(benchmark, documents):
    """Folding and sentences are made beforehand: figures and actors share them."""
    benchmark.extra_info["articles"] = ARTICLES
    found = benchmark(lambda: [find(document, article) for document, article in documents])
    assert all(found)


def test_match_in_a_large_cast(benchmark):
    """One actor looked up in a story of thousands: a dictionary by `keys`, then `match` on the few it gives."""
    source = random.Random(7)  # noqa: S311  made-up names
    evidence = Evidence(field="body", start=0, end=1, quote="x")
    cast = [
        Actor(name=f"{_word(source)} {_word(source)}", kind="person", evidence=evidence) for _ in range(CAST)
    ]
    index: dict[str, list[Actor]] = {}
    for actor in cast:
        for key in keys(actor):
            index.setdefault(key, []).append(actor)
    asked = cast[:: CAST // 100]

    def look_up() -> list[Actor | None]:
        return [match(actor, (one for key in keys(actor) for one in index[key])) for actor in asked]

    benchmark.extra_info["look-ups"] = len(asked)
    assert any(benchmark(look_up))
