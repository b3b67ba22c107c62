"""`tallywire explain`: the chain from an alert, an update, a story or an article to the sentences behind it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from streams import codec
from tallywire import ledger
from tallywire.cli import provenance, summary, words
from tallywire.cli.archived import Archived, archived
from tallywire.cli.marked import Marked
from tallywire.cli.options import (
    ConfigOption,
    JsonOption,
    StateOption,
    console,
    ledger_policy,
    settings,
    write_line,
)
from tallywire.errors import InputError
from tallywire.ledger.wording import people
from tallywire.records import Citation, StoryReading, Update

EXAMPLE = "Example: `tallywire explain 3f2a` (the beginning of an id is enough)"

Chain = tuple[dict[str, Any], RenderableType]  # as JSON, as text


def explain(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="An alert, update, story or article; its first digits.")
    ],
    config: ConfigOption = None,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show why: from an alert to its updates, to the verbatim sentences, to the articles and where they come from."""
    loaded = settings(config, state)
    with archived(loaded, state) as store:
        kind, whole = _resolve(store, name)
        if kind == "story":
            value, text = _story(store, whole, ledger_policy(loaded))
        else:
            value, text = _EXPLAIN[kind](store, whole)
    if as_json:
        write_line({"kind": kind, **value})
    else:
        console().print(text)


def _resolve(store: Archived, name: str) -> tuple[str, str]:
    found = store.ids(name)
    exact = [entry for entry in found if entry[1] == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if exact:  # a story that an article pinned by its own id, say: the more telling kind comes first
        return exact[0]
    if not found:
        raise InputError(f"nothing here has an id that begins with {name!r}")
    listed = ", ".join(f"{kind} {whole}" for kind, whole in found[:8])
    raise InputError(f"{name!r} begins more than one id: {listed}")


def _alert(store: Archived, name: str) -> Chain:
    alert = store.alert(name)
    if alert is None:
        raise InputError(f"no alert {name!r}")
    chains = [_update_chain(store, update) for update in alert.updates]
    titles = {page.updates[0]: page.title for page in alert.pages}
    parts: list[Text] = []
    for update, (_, text) in zip(alert.updates, chains, strict=True):
        if update.id in titles:
            parts.append(
                Text(f"\n{titles[update.id]}", style="bold").append(f"  story {update.story}", "dim")
            )
        parts.append(text)
    head = Text(f"{alert.title}\n", style="bold").append(
        f"alert {alert.id} · {alert.severity.value} · {alert.at:%Y-%m-%d %H:%M}Z · story {alert.story}",
        style="dim",
    )
    return {"alert": codec.public(alert), "updates": [value for value, _ in chains]}, Group(head, *parts)


def _update(store: Archived, name: str) -> Chain:
    update = store.update(name)
    if update is None:
        raise InputError(f"no update {name!r}")
    return _update_chain(store, update)


def _update_chain(store: Archived, update: Update) -> tuple[dict[str, Any], Text]:
    placed = [store.reading(citation.article) for citation in update.evidence]
    text = Text(f"\n{update.kind.value}", style="bold cyan")
    if update.metric is not None:
        group = people(update.group) or "everyone"
        text.append(
            f"  {update.metric.value}, {group}: {words.bounds(update.from_)} → {words.bounds(update.to)}"
        )
    text.append(f"  update {update.id}", style="dim")
    text.append(f"\n  because {update.because}\n")
    for citation, item in zip(update.evidence, placed, strict=True):
        text.append(f"  “{' '.join(citation.quote.split())}”\n", style="italic")
        text.append(
            f"    {citation.outlet or 'unnamed outlet'}, article {citation.article}{_source(item)}"
            f"{_second_reader(item, update, citation)}\n",
            style="dim",
        )
    cited = {item.reading.article.id: item for item in placed if item is not None}
    value = {
        "update": codec.public(update),
        "articles": [_where(store, item) for item in cited.values()],
    }
    return value, text


def _source(item: StoryReading | None) -> str:
    if item is None:
        return " (past its retention)"
    article = item.reading.article
    parts = [f"{article.at:%Y-%m-%d %H:%M}Z"]
    if item.copy_of:
        parts.append(f"copies {item.copy_of} ({item.shared:.0%} of the text)")
    if item.reading.extract.agency:
        parts.append(f"from {item.reading.extract.agency}")
    if article.url:
        parts.append(article.url)
    return ", " + ", ".join(parts)


def _second_reader(item: StoryReading | None, update: Update, citation: Citation) -> str:
    """Who read the cited figure, where it was not our own grammar alone."""
    claims = item.reading.extract.claims if item is not None else ()
    readers = {
        claim.reader
        for claim in claims
        if claim.reader and claim.metric is update.metric and claim.evidence.quote == citation.quote
    }
    return "".join(f", read by {reader}" for reader in sorted(readers))


def _where(store: Archived, item: StoryReading) -> dict[str, Any]:
    article = item.reading.article
    now = store.placed(article.id)
    return {
        "id": article.id,
        "outlet": article.outlet,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "story": now.story if now is not None else item.story,
        "met": item.met,
        "origin": now.origin if now is not None else item.origin,
        "unites": item.unites,
        "copy_of": item.copy_of,
        "shared": item.shared,
        "revision_of": article.revision_of,
        "agency": item.reading.extract.agency,
    }


def _article(store: Archived, name: str) -> Chain:
    item = store.reading(name)
    if item is None:
        raise InputError(f"no article {name!r}")
    article, extract = item.reading.article, item.reading.extract
    why, text = provenance.of(store, item)
    return {**_where(store, item), **why, "extract": codec.public(extract)}, Group(
        Marked(article, extract), text
    )


def _story(store: Archived, name: str, policy: ledger.Policy) -> Chain:
    now = store.told_in(name)
    state = store.state("reconcile", now, ledger.Ledger)
    if state is None:
        raise InputError(f"story {now!r} is past its retention")
    if now != name:
        value, text = _story(store, now, policy)
        return {**value, "asked": name}, Group(Text(f"{name} went into the story {now}"), text)
    head, figures = ledger.view(state, policy)
    updates = list(store.updates(name))
    chains = [_update_chain(store, update)[1] for update in updates]
    value = {
        "story": codec.public(head),
        "figures": [codec.public(figure) for figure in figures],
        "updates": [codec.public(update) for update in updates],
    }
    return value, Group(summary.render([(head, figures)]), *chains)


_EXPLAIN = {"alert": _alert, "update": _update, "article": _article}
