"""Texts that turn out to come from one: what counted as two sources counts as one from then on.

An article that copies two texts shows that these have one origin, which could not be told of them alone.
"""

from __future__ import annotations

import msgspec

from tallywire.ledger.state import ORIGIN, Entry, Held, Ledger, Member, Scene, Standing, Track


def united(ledger: Ledger, origin: str, gone: frozenset[str]) -> Ledger:
    """The ledger with what came from the texts in `gone` as coming from `origin`, which they share.

    What comes of the figures has still to be told.
    """
    if not gone:
        return ledger
    scene = ledger.scene
    if scene is not None:
        named, revised = (
            tuple(_member(one, origin, gone) for one in each) for each in (scene.named, scene.revised)
        )
        scene = Scene(at=scene.at, named=named, revised=revised, told=scene.told)
    return msgspec.structs.replace(
        ledger,
        origins=max(ledger.origins - len(gone), 1),
        tracks={key: _track(track, origin, gone) for key, track in ledger.tracks.items()},
        tallies=tuple(
            msgspec.structs.replace(one, origin=origin) if one.origin in gone else one
            for one in ledger.tallies
        ),
        cast=tuple(_member(one, origin, gone) for one in ledger.cast),
        scene=scene,
    )


def touched(ledger: Ledger, gone: frozenset[str]) -> set[str]:
    """The figures, by key, of which one of some texts tells."""
    if not gone:
        return set()
    return {
        key
        for key, track in ledger.tracks.items()
        if any(_concerned(one, gone) for one in (*track.entries, *(held.entry for held in track.base.held)))
    }


def _concerned(entry: Entry, gone: frozenset[str]) -> bool:
    return entry.origin in gone or entry.family in gone


def _track(track: Track, origin: str, gone: frozenset[str]) -> Track:
    entries = tuple(_entry(entry, origin, gone) for entry in track.entries)
    return msgspec.structs.replace(track, entries=entries, base=_base(track.base, origin, gone))


def _base(base: Standing, origin: str, gone: frozenset[str]) -> Standing:
    """What is no longer kept claim by claim; of two voices that are one, what was heard last."""
    held: dict[str, Held] = {}
    for one in sorted(base.held, key=lambda held: held.entry.heard):
        voice = _voice(one.voice, origin, gone)
        entry = _entry(one.entry, origin, gone)
        held[voice] = msgspec.structs.replace(one, voice=voice, entry=entry)
    aside = tuple(_entry(entry, origin, gone) for entry in base.aside)
    return msgspec.structs.replace(base, held=tuple(held[voice] for voice in sorted(held)), aside=aside)


def _entry(entry: Entry, origin: str, gone: frozenset[str]) -> Entry:
    """A claim as one of the origin's family, which decides afresh whose it is."""
    if not _concerned(entry, gone):
        return entry
    return msgspec.structs.replace(
        entry,
        origin=origin if entry.origin in gone else entry.origin,
        family=origin,
        copied=True,
        voices=tuple(_voice(voice, origin, gone) for voice in entry.voices),
    )


def _voice(voice: str, origin: str, gone: frozenset[str]) -> str:
    return ORIGIN + origin if voice.removeprefix(ORIGIN) in gone and voice.startswith(ORIGIN) else voice


def _member(member: Member, origin: str, gone: frozenset[str]) -> Member:
    texts = {origin if one in gone else one for one in member.origins}
    return msgspec.structs.replace(member, origins=tuple(sorted(texts)))
