"""What keeps an article out of a story that it resembles."""

from __future__ import annotations

import pytest

from tallywire.likeness import fitting, sketch
from tallywire.likeness.scenes import facts
from tallywire.likeness.sketching import terms
from tallywire.likeness.stories import Item, StoryIndex, Title
from tallywire.records import Extract

DAY = 86_400.0
FRONTS = ("Olmsted", "Karst", "Sedley", "Mirão", "Brandt", "Nessport")


def put(index: StoryIndex, story: str, title: str, body: str, at: float) -> None:
    """Take an article into a story."""
    slot = index.slot(story)
    if slot is None:
        index.found(Title(id=story, label=title), item(index, title, body, at), at, findable=True)
    else:
        index.join(slot, item(index, title, body, at))


def item(index: StoryIndex, title: str, body: str, at: float) -> Item:
    """An article of which no facts are known."""
    made = terms(sketch(title, body))
    return index.item(made, facts(Extract(id=title, language="en"), made.hashes), at)


def best(index: StoryIndex, title: str, body: str) -> tuple[int, float]:
    """The slot of the story that an article joins, and how well it fits; none where it joins none."""
    choice = index.choice(item(index, title, body, DAY))
    if choice is None:
        return -1, -1.0
    return int(choice.slots[0]), float(choice.fit.decisions[0])


def war(lighthouse: int) -> StoryIndex:
    """A week of a war: other days of it, and a lighthouse that was shelled, told so many times."""
    index = StoryIndex(14 * DAY)
    for number, town in enumerate(FRONTS):
        put(index, town, f"Marenzan army shells {town}", f"Tessaly and Marenza fight on at {town}.", number)
        put(
            index,
            f"{town} storm",
            f"Storm over {town}",
            f"Families hid from hail, it says; report {town}.",
            number,
        )
    for number in range(lighthouse):
        body = f"Families hid in the lighthouse when the Marenzan army shelled it, Tessaly says; report {number}."
        put(index, "lighthouse", "Marenzan army shells lighthouse in Tessaly", body, 10.0 + number)
    return index


OTHER_DAY = "Marenzan army shells Tessaly", "Families hid when the Marenzan army shelled it, Tessaly says."


def test_a_large_story_takes_nobody_who_has_none_of_its_own_words() -> None:
    index = war(lighthouse=20)
    lighthouse = index.slot("lighthouse")
    assert best(index, "Lighthouse: " + OTHER_DAY[0], OTHER_DAY[1]) >= (lighthouse, 0.0)
    assert best(index, *OTHER_DAY)[0] != lighthouse


def test_but_for_its_own_words_the_story_would_have_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "OWN", 2.0)  # no word can be so much a story's own
    index = war(lighthouse=20)
    assert best(index, *OTHER_DAY) >= (index.slot("lighthouse"), 0.0)
