"""The sources of a language, from `claimants.toml`: who says it, who passes it on, which agency wrote it."""

from __future__ import annotations

from typing import Any

from tallywire.reading.agency import AgencyRules
from tallywire.reading.lexicon.patterns import expand
from tallywire.reading.tables import Table
from tallywire.reading.vocabulary import ClaimantRules

# Sets of words and expressions that are taken as they stand.
_SETS = (
    "media", "no_source", "counts", "given_by", "setting", "works", "possessive", "bodies", "speakers", "denials",
    "takings", "subordinators", "contents", "denied_things", "according", "citing", "offices", "nameless",
)  # fmt: skip
_PATTERNS = ("taken", "before", "inverted", "pronoun", "addressed", "still_to_say", "resumes", "phrase")


def claimant_rules(data: Table) -> ClaimantRules:
    """Who vouches for a figure.  Raises `ConfigError`."""
    relaying, outlets = data.table("relaying"), data.table("outlets").phrases("words")
    sets: dict[str, Any] = {name: data.table(name).phrases("words") for name in _SETS}
    return ClaimantRules(
        agencies=_agencies(data.table("agencies")),
        told=relaying.phrases("told"),
        passed_on=relaying.phrases("passed_on"),
        quoted=relaying.phrases("quoted"),
        agents=relaying.phrases("agents"),
        outlets=outlets,
        outlet_endings=tuple(f" {noun}" for noun in sorted(outlets)),
        neighbours=data.table("neighbours").patterns("patterns"),
        **sets,
        **_grammar(data.table("grammar")),
        **_antecedents(data.table("antecedents")),
    )


def _grammar(data: Table) -> dict[str, Any]:
    """Expressions over symbols, in which {PHRASE} is a noun phrase."""
    macros = {"PHRASE": data.text("phrase")}
    patterns = {name: data.pattern(name, lambda text: expand(text, macros)) for name in _PATTERNS}
    return {**patterns, "noun_before": data.text("noun_before")}


def _antecedents(data: Table) -> dict[str, Any]:
    """Expressions over letters: what stands around a noun in a full name."""
    return {
        "told_before": data.pattern("before"),
        "told_after": data.pattern("after"),
        "named_after": data.pattern("name"),
    }


def agency_rules(data: Table) -> AgencyRules:
    """How a text credits an agency.  Raises `ConfigError`."""
    names = [(written, name) for name, forms in data["bylines"].items() for written in forms]
    names.sort(key=lambda entry: (-len(entry[0]), entry))
    forms = data.table("forms")
    return AgencyRules(
        names=tuple(names),
        credit=tuple(data.table("credits").lines("patterns")),
        forms=tuple(forms.lines("patterns")),
        byline=forms.text("byline"),
        parting=forms.text("parting"),
        strangers=forms.phrases("strangers") | data.table("media").phrases("words"),
        stations=forms.text("stations"),
        explained=forms.text("explained"),
        press=forms.text("press"),
    )


def _agencies(table: Table) -> dict[str, str]:
    """Every way of writing an agency, and its name."""
    return {written.replace("_", " "): name for name in table for written in table.text(name).split()}
