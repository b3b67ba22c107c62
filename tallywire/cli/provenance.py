"""Why an article was put where it is: what makes it one of its story, and the text it comes from beside it."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from connectors.sinks.plain import defuse, shown
from tallywire.cli.archived import Archived
from tallywire.likeness import kindred, passages, sketching
from tallywire.records import Article, Kinship, Placing, StoryReading

_OF_STORY = 50  # of its articles looked at for words in common
_OF_NEWS = 1000  # articles of any story, for how rare a word is
_COLOURS = ("green", "cyan", "magenta", "yellow", "blue")  # passages beside each other are told apart

_PLACED = {
    Placing.PINNED: "it came with this story's name",
    Placing.WATCHED: "it has the words that this story's watch asks for",
    Placing.REVISED: "it is a later version of an article of this story",
    Placing.COPIED: "most of its text stands in another article of this story",
    Placing.ALIKE: "its telling words are this story's",
    Placing.FIRST: "it was like no running story, and opened this one",
    Placing.PARTED: "its words were a running story's, but where and when it happened, or how many it befell, was not; "
    "it opened this one",
}
_KINSHIP = {
    Kinship.IDENTICAL: "word for word the same",
    Kinship.MOSTLY: "most of its rare passages stand there",
    Kinship.CREDITED: "an agency is credited, and more of its rare passages stand there than in independent reports",
    Kinship.REVISED: "its earlier version came from there",
}


def of(store: Archived, item: StoryReading) -> tuple[dict[str, Any], RenderableType]:
    """Why this story, why this origin: as JSON, and to be shown."""
    placed = store.placed(item.reading.article.id)
    now = placed.story if placed is not None else item.story
    words = _in_common(store, item, now)
    parent = store.reading(item.copy_of) if item.copy_of else None
    origin = placed.origin if placed is not None else item.origin
    parts: list[RenderableType] = [_story(item, now, words), _origin(item, parent, origin)]
    value: dict[str, Any] = {
        "placed": item.placed,
        "words_in_common": [{"word": word, "articles": count} for word, count in words],
        "kinship": item.kinship,
    }
    if parent is not None:
        ours, theirs = item.reading.article, parent.reading.article
        found = passages.shared(ours.body, theirs.body)
        parts.append(SideBySide(ours, theirs, found))
        value["passages"] = [{"quote": ours.body[p.start : p.end], "place": p} for p in found]
    return value, Group(*parts)


def _in_common(store: Archived, item: StoryReading, now: str) -> list[tuple[str, int]]:
    """The article's telling words that other articles of the story that it is told in `now` have."""
    name = item.reading.article.id
    story = [
        other for other in store.latest(story=now, at_most=_OF_STORY) if other.reading.article.id != name
    ]
    article = item.reading.article
    return kindred.words_in_common(
        article.title,
        article.body,
        [sketching.terms(other.reading.sketch) for other in story],
        [sketching.terms(other.reading.sketch) for other in store.latest(at_most=_OF_NEWS)],
    )


def _story(item: StoryReading, now: str, words: list[tuple[str, int]]) -> Text:
    text = Text.assemble(("Story  ", "bold"), f"{defuse(item.label)} ({item.story}): {_PLACED[item.placed]}")
    if item.met is not None:
        text.append(f"\n       shows that the story {item.met} is the same, and went into it")
    if now != item.story:
        text.append(f"\n       which has gone into the story {now} since")
    if words:
        named = ", ".join(f"{defuse(word)} {count}" for word, count in words)
        text.append(f"\n       words in common, and with how many other articles: {named}", "dim")
    return text


def _origin(item: StoryReading, parent: StoryReading | None, now: str) -> Text:
    """Whose text it is, as it was decided and as it is known `now`, and which version."""
    article = item.reading.article
    text = Text.assemble(("Origin ", "bold"))
    if item.copy_of is None:
        text.append(" a text of its own" if item.origin == article.id else f" comes from {item.origin}")
    else:
        outlet = f"{defuse(parent.reading.article.outlet)}, " if parent is not None else ""
        kinship = f": {_KINSHIP[item.kinship]}" if item.kinship else ""
        text.append(
            f" copies {outlet}{item.copy_of}{kinship}; {item.shared:.0%} of the rare passages in common"
        )
        if item.origin != item.copy_of:
            text.append(f"; comes from {item.origin}")
    if now != item.origin:
        text.append(f"\n       which is known by now to come from {now}")
    for other in item.unites:
        text.append(f"\n       shows that {other} comes from there, too")
    if article.revision_of:
        text.append(f"\n       version {article.version}, revises {article.revision_of}")
    return text


class SideBySide:
    """Two texts in two columns, what they have in common marked and numbered alike, for rich to show."""

    def __init__(self, ours: Article, theirs: Article, found: list[passages.Passage]) -> None:
        self._ours, self._theirs = ours, theirs
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One table of two columns."""
        styled = console.color_system is not None
        table = Table(box=box.SIMPLE_HEAD, expand=True)
        for article in (self._ours, self._theirs):
            table.add_column(f"{defuse(article.outlet)} {article.at:%d %b %H:%M}Z", ratio=1)
        ours = [(p.start, p.end, number) for number, p in enumerate(self._found, 1)]
        theirs = sorted((p.other_start, p.other_end, number) for number, p in enumerate(self._found, 1))
        table.add_row(_marked(self._ours.body, ours, styled), _marked(self._theirs.body, theirs, styled))
        yield table


def _marked(body: str, spans: list[tuple[int, int, int]], styled: bool) -> Text:
    """A text made harmless, its passages marked; of two that overlap the later begins where the earlier ends."""
    text = Text()
    done = 0
    for start, end, number in spans:
        begin = max(start, done)
        if end <= begin:
            continue
        text.append(_harmless(body[done:begin]))
        passage = _harmless(body[begin:end])
        if styled:
            colour = _COLOURS[number % len(_COLOURS)]
            text.append(passage, f"{colour} underline").append(f"[{number}]", f"dim {colour}")
        else:
            text.append(f"«{passage}»[{number}]")
        done = end
    return text.append(_harmless(body[done:]))


def _harmless(text: str) -> str:
    return "".join(sign if sign == "\n" else shown(sign) for sign in text)
