"""The sources of a language, from `claimants.toml`: who says it, who passes it on, which agency wrote it."""

from __future__ import annotations

import re

from tallywire.reading.agency import AgencyRules
from tallywire.reading.lexicon.patterns import expand
from tallywire.reading.tables import Table
from tallywire.reading.vocabulary import ClaimantRules


def claimant_rules(data: Table) -> ClaimantRules:
    """Who vouches for a figure.  Raises `ConfigError`."""
    grammar, antecedents = data.table("grammar"), data.table("antecedents")

    def words(table: str, key: str = "words") -> frozenset[str]:
        return data.table(table).phrases(key)

    def pattern(name: str) -> re.Pattern[str]:
        return grammar.pattern(name, lambda text: expand(text, {"PHRASE": grammar.text("phrase")}))

    return ClaimantRules(
        agencies=_agencies(data.table("agencies")),
        media=words("media"),
        no_source=words("no_source"),
        counts=words("counts"),
        given_by=words("given_by"),
        setting=words("setting"),
        works=words("works"),
        possessive=words("possessive"),
        bodies=words("bodies"),
        speakers=words("speakers"),
        denials=words("denials"),
        takings=words("takings"),
        taken=pattern("taken"),
        subordinators=words("subordinators"),
        contents=words("contents"),
        denied_things=words("denied_things"),
        according=words("according"),
        citing=words("citing"),
        told=words("relaying", "told"),
        passed_on=words("relaying", "passed_on"),
        quoted=words("relaying", "quoted"),
        agents=words("relaying", "agents"),
        outlets=words("outlets"),
        outlet_endings=tuple(f" {noun}" for noun in sorted(words("outlets"))),
        offices=words("offices"),
        nameless=words("nameless"),
        told_before=antecedents.pattern("before"),
        told_after=antecedents.pattern("after"),
        named_after=antecedents.pattern("name"),
        before=pattern("before"),
        inverted=pattern("inverted"),
        pronoun=pattern("pronoun"),
        noun_before=grammar.text("noun_before"),
        addressed=pattern("addressed"),
        still_to_say=pattern("still_to_say"),
        resumes=pattern("resumes"),
        phrase=pattern("phrase"),
        neighbours=data.table("neighbours").patterns("patterns"),
    )


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
