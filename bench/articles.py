"""Articles made up for measuring: as long as news, with words as unevenly spread, in stories, some with figures.

Nothing here reads like news; what counts is that indexes, states and readers meet what they meet in earnest: the small
words everywhere, a long tail of rare names, several outlets on one event, tolls that grow.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tallywire.records import Article

START = datetime(2031, 1, 1, tzinfo=UTC)
OUTLETS = 40
FUNCTION = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "was",
    "for",
    "on",
    "that",
    "said",
    "with",
    "by",
    "at",
    "from",
    "as",
    "it",
    "were",
    "is",
    "had",
    "who",
    "after",
    "he",
    "they",
    "be",
    "have",
    "not",
    "this",
    "which",
    "their",
    "has",
    "an",
    "been",
    "would",
    "but",
    "its",
    "his",
    "more",
    "two",
    "also",
    "one",
    "about",
    "when",
    "out",
    "there",
    "up",
    "over",
    "into",
    "so",
    "than",
    "then",
    "them",
    "these",
    "those",
    "through",
    "under",
    "until",
    "very",
    "we",
    "what",
    "where",
    "while",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "you",
    "your",
    "some",
    "such",
    "same",
]
SYLLABLES = [
    "ba",
    "cor",
    "den",
    "el",
    "fa",
    "gri",
    "hol",
    "is",
    "ja",
    "kel",
    "lum",
    "mor",
    "na",
    "os",
    "pra",
    "quil",
    "ros",
    "sel",
    "tar",
    "um",
    "ves",
    "wil",
    "xa",
    "yor",
    "zen",
]
FIGURES = (
    "At least {killed} people were killed and {injured} injured in {place}, the {body} said.",
    "The {body} put the number of dead at {killed}, with {missing} still missing in {place}.",
    "{killed} people, among them {few} children, died in {place}, according to the {body}.",
    "Rescuers said that {missing} people were missing in {place} and that {injured} had been taken to hospital.",
)
BODIES = (
    "interior ministry",
    "fire service",
    "health office",
    "civil protection agency",
    "governor's office",
)


def word(number: int) -> str:
    """The number-th word of an invented vocabulary."""
    parts = []
    while True:
        number, syllable = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[syllable])
        if not number:
            return "".join(parts)


def generate(
    count: int,
    *,
    seed: int = 1,
    per_story: int = 6,
    with_figures: float = 0.3,
    gap: timedelta = timedelta(seconds=20),
    sentences: tuple[int, int] = (16, 26),
) -> Iterator[Article]:
    """`count` articles, `gap` apart, some `per_story` to a story, a share of them with figures.

    They have from the first to under the second number of `sentences`: 300 to 500 words unless told.
    """
    chance = random.Random(seed)  # noqa: S311 - the same articles every time
    running: list[dict[str, object]] = []
    for number in range(count):
        if not running or chance.random() < 1 / per_story:
            running.append(_story(chance, number))
            running = running[-60:]
        story = running[-1 - int(len(running) * chance.random() ** 3)]
        yield _article(chance, number, story, START + number * gap, sentences, chance.random() < with_figures)


def _story(chance: random.Random, number: int) -> dict[str, object]:
    names = [word(2_000 + chance.randrange(400_000)).capitalize() for _ in range(14)]
    return {"names": names, "killed": chance.randrange(2, 40), "place": names[0], "number": number}


def _article(
    chance: random.Random,
    number: int,
    story: dict[str, object],
    at: datetime,
    length: tuple[int, int],
    with_figures: bool,
) -> Article:
    names = story["names"]
    assert isinstance(names, list)
    sentences = [_sentence(chance, names) for _ in range(chance.randrange(*length))]
    if with_figures:
        killed = int(str(story["killed"])) + chance.randrange(3)
        story["killed"] = killed
        values = {
            "killed": killed, "injured": 2 * killed + chance.randrange(5), "missing": chance.randrange(2, 30),
            "few": chance.randrange(2, 4), "place": story["place"], "body": chance.choice(BODIES),
        }  # fmt: skip
        for template in chance.sample(FIGURES, 2):
            sentences.insert(chance.randrange(4), template.format(**values))
    first, second, third = chance.sample(names[:5], 3)
    title = f"{first} {chance.choice(FUNCTION)} {second} {word(chance.randrange(3000))} {third}"
    return Article(
        id=f"g{number}",
        url=f"https://outlet{number % OUTLETS}.example/{number}",
        outlet=f"Outlet {number % OUTLETS}",
        title=title,
        body=" ".join(sentences),
        published=at,
        arrived=at,
        language="en",
    )


def _sentence(chance: random.Random, names: list[str]) -> str:
    words = []
    for _ in range(chance.randrange(12, 26)):
        draw = chance.random()
        if draw < 0.60:
            words.append(chance.choice(FUNCTION))
        elif draw < 0.90:
            words.append(chance.choice(names))
        else:
            words.append(word(int(20_000 * chance.random() ** 2)))  # few words often, many seldom
    return f"{' '.join(words).capitalize()}."
