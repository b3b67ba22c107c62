"""News that has nothing to do with anything, for what is told apart from it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tallywire.records import Article

START = datetime(2031, 5, 4, 6, 0, tzinfo=UTC)

WORDS = [
    a + b + c
    for a in ("bal", "cor", "dun", "fel", "gri", "hol", "jas", "kem", "lor", "mun", "nev", "pol")
    for b in ("a", "e", "i", "o", "u")
    for c in ("dan", "fer", "gos", "lim", "nor", "pet", "rus", "tav", "vik", "zen")
]

# What news says day by day, with names for its gaps: so that ordinary words are ordinary to the index.
PHRASES = (
    "Police in {0} said on Monday that the {1} was found near the railway in the early morning.",
    "The council of {0} voted to close the old {1} school, and parents told reporters that they would go to court.",
    "According to officials, three people were taken to hospital after the {0} hit the {1} on the road to the valley.",
    "The owner of the {0} said in a statement that nothing had been known of the {1} before the day of the fire.",
    "Families waited for hours at the gate of the {0}, and children left the {1} with the first buses at noon.",
    "A spokesman told this newspaper that soldiers had been sent to the village of {0} until the {1} was safe.",
    "The minister of {0} promised to look into the {1} and ordered an inquiry by the end of the week.",
    "Two women and a man died when the roof of the {0} in the north of the town fell on the {1} last night.",
    "Since the rain began, the harbour of {0} has been shut, and boats from {1} wait in the fog outside.",
    "Workers at the {0} plant called a walkout because the {1} had been opened again without checks.",
    "The bridge over the {0} was closed while officers searched houses and cars for the driver of the {1}.",
    "Doctors at the {0} clinic said that four of the injured had burns and that the {1} would be named later.",
)


def article(name: str, title: str, body: str, *, hours: float = 0.0, **more: object) -> Article:
    """An article of an outlet of its own, so many hours after the start."""
    at = START + timedelta(hours=hours)
    known: dict[str, object] = {"outlet": f"{name} news", "arrived": at, "published": at}
    return Article(id=name, title=title, body=body, **(known | more))  # type: ignore[arg-type]


def noise(count: int, seed: int = 1, hours: float = 48.0) -> list[Article]:
    """Articles that have nothing to do with anything, spread over so many hours."""
    rng = random.Random(seed)  # noqa: S311 - chance for a test, the same every time
    made = []
    for number in range(count):
        theme = rng.sample(WORDS, 60)
        body = " ".join(rng.choice(theme) for _ in range(150))
        made.append(article(f"n{seed}-{number}", " ".join(theme[:7]), body, hours=hours * number / count))
    return made


def day(count: int, seed: int = 1, hours: float = 48.0) -> list[Article]:
    """Articles about other things in ordinary words, spread over so many hours."""
    rng = random.Random(seed)  # noqa: S311 - as above
    made = []
    for number in range(count):
        names = [name.capitalize() for name in rng.sample(WORDS, 8)]
        body = " ".join(phrase.format(*rng.sample(names, 2)) for phrase in rng.sample(PHRASES, 5))
        title = " ".join(names[:3]) + " after " + names[3]
        made.append(article(f"d{seed}-{number}", title, body, hours=hours * number / count))
    return made
