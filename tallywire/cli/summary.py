"""What was followed, as a person reads it: stories with figures, who holds what, what is checked."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tallywire.cli.words import bounds, number
from tallywire.ledger.wording import CONFLICT
from tallywire.records import Figure, Position, Status, Story

SHOWN = 20  # stories in full; a long replay has thousands

Followed = tuple[Story, tuple[Figure, ...]]


def render(stories: Iterable[Followed]) -> RenderableType:
    """The stories that have figures, those with most articles first."""
    told = sorted(
        (entry for entry in stories if entry[1]), key=lambda entry: (-entry[0].articles, entry[0].story)
    )
    blocks: list[RenderableType] = [_story(story, figures) for story, figures in told[:SHOWN]]
    if len(told) > SHOWN:
        blocks.append(Text(f"… and {len(told) - SHOWN} more stories with figures"))
    return Group(*blocks) if blocks else Text("no figures")


def _story(story: Story, figures: tuple[Figure, ...]) -> RenderableType:
    tally = " · ".join(f"{metric.value} {bounds(value)}" for metric, value in sorted(story.tally.items()))
    head = Text(f"\n{story.label}", style="bold")
    closed = f", closed {story.closed:%Y-%m-%d}" if story.closed else ""
    head.append(f"  {story.articles} articles, {story.origins} origins{closed}  ({story.story})", style="dim")
    table = Table("figure", "group", "stands at", "who says so", "checks", box=None, pad_edge=False)
    for figure in figures:
        table.add_row(
            figure.metric.value,
            Text(figure.group.text if figure.group else "everyone"),
            Text(number(figure.low, figure.high), style="red" if figure.disagreement else ""),
            Text(_positions(figure)),
            Text("; ".join(check.says for check in figure.checks)),
        )
    return Group(head, Text(f"  {tally}"), Padding(table, (0, 0, 0, 2), expand=False))


def _stand(position: Position) -> str:
    return CONFLICT if position.status is Status.UNKNOWN else number(position.low, position.high)


def _positions(figure: Figure) -> str:
    return "; ".join(
        f"{_stand(position)}: {', '.join(position.claimants) or ', '.join(position.outlets)}"
        for position in figure.positions
    )
