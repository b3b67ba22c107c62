"""assign: which story an article belongs to, and which text it comes from.

A windowed index with a single writer a language.  What it decides stays decided: its state is a function of
what it has put out, so that it is rebuilt from its own output, and an article it knows is answered from
memory.  Two stories that turn out to be one meet here, too: the younger goes on in the older, which is decided by one
article and travels with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from xxhash import xxh3_64_intdigest

from streams.operators.decisions import Decisions, Placement, outputs
from streams.step import Reason, Step
from tallywire.errors import StateError
from tallywire.identity import digest
from tallywire.likeness import copies, freezing, origins, scenes, sketching, stories
from tallywire.likeness.labels import label
from tallywire.likeness.watches import Matcher, Watch
from tallywire.records import Article, Kinship, Merge, Placing, Reading, StoryReading
from tallywire.urls import canonical

FORM = 10  # of the snapshot: raised whenever what it holds, or how decisions are made, changes


_REASON = {
    Placing.PINNED: Reason.PINNED,
    Placing.WATCHED: Reason.WATCHED,
    Placing.REVISED: Reason.REVISED,
    Placing.COPIED: Reason.JOINED,
    Placing.ALIKE: Reason.JOINED,
    Placing.FIRST: Reason.ALONE,
    Placing.PARTED: Reason.ALONE,
}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How far back likeness looks, and which stories are named beforehand."""

    window: timedelta = timedelta(days=14)  #: a story ends after so long a silence
    copies: timedelta = timedelta(hours=72)  #: a text is reprinted within so long
    watches: tuple[Watch, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """The story found for an article."""

    placed: Placing
    slot: int | None  #: where it is held; None where it is not
    title: stories.Title
    met: str | None = None  #: id of the younger story that has just gone into it


class View(msgspec.Struct, frozen=True):
    """An article as the indexes look at it."""

    article: Article
    text: copies.Text
    item: stories.Item
    outlet: int  #: hash of who printed it
    agency: int  #: hash of the agency it credits, 0 where none
    before: Placement | None  #: what was decided about the version before it


class Assigner:
    """The index of one language."""

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        self._matcher = Matcher(self._policy.watches)
        self._watched = {watch.story for watch in self._policy.watches}
        self._window = self._policy.window.total_seconds()
        self._decided = Decisions(max(self._policy.window, self._policy.copies).total_seconds())
        self._clock = 0.0
        self._copies = copies.CopyIndex(self._policy.copies.total_seconds())
        self._stories = stories.StoryIndex(self._window)

    # -- deciding --------------------------------------------------------------------------------------------

    def step(self, item: Reading) -> Step[None, Merge | StoryReading]:
        """Put an article in its place; one that has its place already gets the same answer again.

        Before an article that shows two stories to be one goes the word of it.  Raises `ValueError` for another
        article under an id that is taken: ids that are given must be unique.
        """
        known = self._decided.of(item.article.id)
        if known is not None:
            if not _same_place(known.url, item.article.url):
                raise ValueError(
                    f"the id {item.article.id!r} is another article's already; give it one of its own"
                )
            return Step(state=None, outputs=outputs(item, known), reason=Reason.DUPLICATE)
        view = self._view(item)
        weighed = self._stories.weighed(view.item)
        matches = self._copies.matches(view.text, view.item.at)
        found = self._story(view, weighed, matches)
        placement = self._origin(view, matches, found)
        self._record(view, weighed, placement)
        reason = _REASON[found.placed]
        if reason is Reason.JOINED and placement.copy_of is not None:
            reason = Reason.COPY
        return Step(state=None, outputs=outputs(item, placement), reason=reason)

    def _view(self, item: Reading) -> View:
        article, terms = item.article, sketching.terms(item.sketch)
        self._clock = max(self._clock, article.arrived.timestamp())
        before = self._decided.of(article.revision_of) if article.revision_of else None
        return View(
            article=article,
            text=copies.text(item.sketch),
            item=stories.Item(terms, scenes.facts(item.extract, terms.hashes), article.at.timestamp()),
            outlet=_hash(article.outlet or urlsplit(article.url or "").netloc or article.id),
            agency=_hash(item.extract.agency) if item.extract.agency else 0,
            before=before,
        )

    def _story(self, view: View, weighed: stories.Weighed, matches: copies.Matches) -> Found:
        """The story of an article: named ones first, then its own earlier version's, then by likeness."""
        article = view.article
        if article.story is not None:
            return self._named(Placing.PINNED, view, article.story, None)
        watch = self._matcher.find(article.title, article.body)
        if watch is not None:
            return self._named(Placing.WATCHED, view, watch.story, watch.name)
        if view.before is not None:
            return self._named(Placing.REVISED, view, view.before.story, view.before.label)
        twin = self._twin_story(matches)
        if twin is not None and not self._stories.parted(view.item, twin):
            return Found(Placing.COPIED, twin, self._stories.title(twin))
        choice = self._stories.choice(weighed, twin)
        if choice is not None and not choice.parted:
            return self._alike(view, choice)
        placing = Placing.FIRST if twin is None and choice is None else Placing.PARTED
        return self._named(placing, view, digest("story", article.id), None)

    def _named(self, placed: Placing, view: View, story: str, name: str | None) -> Found:
        """The story with an id, where it is held, and what it is called."""
        slot = self._slot(story)
        if slot is not None:
            return Found(placed, slot, self._stories.title(slot))
        called = name or label(view.article.title, view.article.body, self._stories)
        return Found(placed, None, stories.Title(id=story, label=called))

    def _slot(self, story: str) -> int | None:
        """Where a story is held under the id it has had or has now."""
        return self._stories.slot(self._decided.story(story))

    def _twin_story(self, matches: copies.Matches) -> int | None:
        """The running story of an all but equal text; named stories take nobody in by likeness."""
        twin = origins.twin(matches)
        if twin is None:
            return None
        slot = self._slot(self._decided.numbered(int(matches.texts[twin])).story)
        return slot if slot is not None and self._stories.findable(slot) else None

    def _alike(self, view: View, choice: stories.Choice) -> Found:
        """The story that an article is likest; where it shows another to be the same, the older of the two."""
        slot = int(choice.slots[0])
        other = self._stories.meeting(choice, view.item.at)
        if other is None:
            return Found(Placing.ALIKE, slot, self._stories.title(slot))
        older, younger = sorted((slot, other), key=self._stories.number)
        title, gone = self._stories.title(older), self._stories.title(younger)
        self._merge(title, gone.id)
        return Found(Placing.ALIKE, older, title, gone.id)

    def _merge(self, title: stories.Title, gone: str) -> None:
        """Let one story go on in another, which an index restored in part may not hold."""
        older, younger = self._stories.slot(title.id), self._stories.slot(gone)
        if younger is not None and older is None:
            self._stories.rename(younger, title)
        elif younger is not None and older is not None:
            self._copies.merge(self._stories.number(older), self._stories.number(younger))
            self._stories.merge(older, younger)
        self._decided.tell(gone, title.id)

    def _origin(self, view: View, matches: copies.Matches, found: Found) -> Placement:
        """Everything decided about an article whose story is known."""
        own = Placement(
            article=view.article.id,
            story=found.title.id,
            label=found.title.label,
            origin=view.article.id,
            copy_of=None,
            shared=0.0,
            opens_story=found.slot is None,
            placed=found.placed,
            kinship=None,
            outlet=view.outlet,
            source=view.outlet,
            url=view.article.url,
            taken=self._clock,
            met=found.met,
        )
        if view.before is not None and self._slot(view.before.story) == found.slot:
            again = None if view.before.copy_of is None else Kinship.REVISED
            origin = self._decided.origin(view.before)
            return self._as(own, origin, view.before.copy_of, view.before.shared, again)
        if found.slot is None:
            return own
        asking = origins.Candidate(
            outlet=view.outlet, agency=view.agency, update=origins.says_update(view.article.title)
        )
        copied = origins.parent(matches, self._copies, self._stories.number(found.slot), asking)
        if copied is None:
            return own
        parent = self._decided.numbered(copied.text)
        shown = {self._decided.origin(self._decided.numbered(text)) for text in (copied.text, *copied.unites)}
        origin = self._decided.oldest(shown)
        unites = tuple(sorted(shown - {origin}))
        self._unite(origin, unites)
        placed = self._as(own, origin, parent.article, copied.shared, copied.kinship)
        return msgspec.structs.replace(placed, unites=unites)

    def _as(
        self, own: Placement, origin: str, copy_of: str | None, shared: float, kinship: Kinship | None
    ) -> Placement:
        """An article's placement with another text as its origin."""
        source = self._decided.source(origin, copy_of, own.outlet)
        return msgspec.structs.replace(
            own, origin=origin, source=source, copy_of=copy_of, shared=shared, kinship=kinship
        )

    def _unite(self, origin: str, gone: Iterable[str]) -> None:
        """Let what comes from some texts come from another."""
        for other in gone:
            self._copies.unite(_key(origin), _key(other))
            self._decided.unite(other, origin)

    # -- remembering -----------------------------------------------------------------------------------------

    def restore(self, earlier: Iterable[StoryReading]) -> None:
        """Take in what was put out before, in the order it was put out; nothing is decided anew."""
        for output in earlier:
            if self._decided.of(output.reading.article.id) is None:
                view = self._view(output.reading)
                if output.met is not None:
                    self._merge(stories.Title(id=output.story, label=output.label), output.met)
                self._unite(output.origin, output.unites)
                self._record(view, view.item, self._remembered(view, output))

    def snapshot(self) -> bytes:
        """The index as bytes, for a quick start: `from_snapshot`, then `restore` what was put out since."""
        return freezing.pack(
            {
                "form": FORM,
                "policy": _fingerprint(self._policy),
                "clock": self._clock,
                **self._decided.freeze(),
                **self._copies.freeze(),
                **self._stories.freeze(),
            }
        )

    @classmethod
    def from_snapshot(cls, data: bytes, policy: Policy | None = None) -> Assigner:
        """The index that `data` holds.

        Raises `StateError` where the bytes are damaged, or were written by another version or for another
        policy: then the index is to be restored from what was put out.
        """
        made = cls(policy)
        try:
            frozen = freezing.unpack(data)
        except freezing.DamagedError as error:
            raise StateError(f"the snapshot of the likeness index cannot be used: {error}") from error
        if (frozen["form"], frozen["policy"]) != (FORM, _fingerprint(made._policy)):
            raise StateError("the snapshot of the likeness index is of another version or configuration")
        made._clock = frozen["clock"]
        made._decided.thaw(frozen)
        made._copies.thaw(frozen)
        made._stories.thaw(frozen)
        return made

    def _remembered(self, view: View, output: StoryReading) -> Placement:
        return Placement(
            article=view.article.id,
            story=output.story,
            label=output.label,
            origin=output.origin,
            copy_of=output.copy_of,
            shared=output.shared,
            opens_story=output.opens_story,
            placed=output.placed,
            kinship=output.kinship,
            outlet=view.outlet,
            source=self._decided.source(output.origin, output.copy_of, view.outlet),
            url=view.article.url,
            taken=self._clock,
            met=output.met,
            unites=output.unites,
        )

    def _record(self, view: View, item: stories.Item, placement: Placement) -> None:
        """Let a decision shape what follows."""
        slot = self._stories.slot(placement.story)
        if slot is None:
            named = placement.story == view.article.story or placement.story in self._watched
            title = stories.Title(id=placement.story, label=placement.label)
            slot = self._stories.found(title, item, self._clock, findable=not named)
        else:
            self._stories.join(slot, item)
        place = copies.Place(
            outlet=placement.outlet,
            source=placement.source,
            origin=_key(placement.origin),
            agency=view.agency,
            story=self._stories.number(slot),
            at=view.item.at,
            taken=self._clock,
        )
        self._copies.add(view.text, place)
        self._decided.add(placement)


def _fingerprint(policy: Policy) -> str:
    """What a snapshot must have been made with."""
    return digest(sketching.VERSION, msgspec.json.encode(policy).decode())


def _same_place(one: str | None, other: str | None) -> bool:
    """Whether two ways of writing an address, or none, are one."""
    return one == other or (canonical(one) if one else None) == (canonical(other) if other else None)


def _hash(text: str) -> int:
    return xxh3_64_intdigest(text.casefold().encode("utf-8", "replace"))


def _key(origin: str) -> int:
    """What the copy index knows an origin by."""
    return xxh3_64_intdigest(origin.encode("utf-8", "replace"))


class Assigners:
    """An `Assigner` for each language, made when its first article comes."""

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        self._languages: dict[str, Assigner] = {}

    def step(self, item: Reading, state: None, now: datetime) -> Step[None, Merge | StoryReading]:
        """Put an article in its place among those of its language."""
        return self._of(item.extract.language).step(item)

    def restore(self, earlier: Iterable[StoryReading]) -> None:
        """Take in what was put out before, in the order it was put out."""
        for output in earlier:
            self._of(output.reading.extract.language).restore((output,))

    def snapshot(self) -> bytes:
        """All languages' indexes as bytes."""
        return freezing.pack({name: made.snapshot() for name, made in sorted(self._languages.items())})

    def load(self, data: bytes) -> None:
        """Become what `snapshot` gave; `restore` what was put out since.

        Raises `StateError` where the bytes cannot be used; then nothing has changed.
        """
        try:
            frozen = freezing.unpack(data)
        except freezing.DamagedError as error:
            raise StateError(f"the snapshot of the likeness indexes cannot be used: {error}") from error
        self._languages = {name: Assigner.from_snapshot(part, self._policy) for name, part in frozen.items()}

    def clear(self) -> None:
        """Forget everything, to be restored from what was kept elsewhere."""
        self._languages = {}

    def _of(self, language: str) -> Assigner:
        if language not in self._languages:
            self._languages[language] = Assigner(self._policy)
        return self._languages[language]
