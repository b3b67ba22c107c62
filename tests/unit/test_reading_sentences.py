"""The tables of `tests/unit/sentences`: each text gives the claims written under it, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tallywire.reading import read
from tallywire.records import Article, Basis, Claim, Quantifier, Scope, Status

TABLES = Path(__file__).parent / "sentences"
NUMBER = re.compile(r"(?P<about>~)?(?P<up_to><)?(?P<low>\d+|\?)(?:-(?P<high>\d+))?(?P<open>\+|\*)?")
SCOPES = {"part", "subset", "increment", "background"}
STATUSES = {"feared", "unconfirmed", "denied", "superseded"}


@dataclass(frozen=True)
class Row:
    """One text of a table, with its claims as they are written there."""

    text: str
    claims: tuple[str, ...]
    place: str


def rows() -> Iterator[Row]:
    for path in sorted(TABLES.glob("*.txt")):
        text, claims, place = "", [], ""
        for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
            if line.startswith("    "):
                claims.append(line.strip())
                continue
            if text:
                yield Row(text, tuple(claims), place)
            text = "" if line.startswith("#") else line.strip()
            claims, place = [], f"{path.stem}:{number}"


def told(claim: Claim) -> str:
    """The claim's number as the tables write it, with the metric."""
    if claim.status is Status.UNKNOWN:
        return f"{claim.metric} {'??' if claim.quantifier is Quantifier.VAGUE else '?'}"
    number = {
        Quantifier.EXACT: f"{claim.low}",
        Quantifier.ABOUT: f"~{claim.low}",
        Quantifier.AT_LEAST: f"{claim.low}+",
        Quantifier.UP_TO: f"<{claim.high}",
        Quantifier.RANGE: f"{claim.low}-{claim.high}",
        Quantifier.VAGUE: f"{claim.low}*",
        Quantifier.NONE: "?",
    }[claim.quantifier]
    words = [f"{claim.metric} {number}"]
    if claim.scope is not Scope.TOTAL:
        words.append(str(claim.scope))
    if claim.status is not Status.ASSERTED:
        words.append(str(claim.status))
    if claim.basis is Basis.SUMMED:
        words.append("summed")
    return " ".join(words)


def fits(written: str, claim: Claim) -> bool:
    """Whether a claim is the one that a table writes."""
    head, *rest = (part.strip() for part in written.split("|"))
    if head != told(claim):
        return False
    for part in rest:
        if part == "by" or part.startswith("by "):
            if part[3:] != "; ".join(claim.claimants):
                return False
        elif part == "via" or part.startswith("via "):
            if part[4:] != "; ".join(claim.via):
                return False
        elif part and part != claim.group.text:
            return False
    return True


def show(claim: Claim) -> str:
    by = f" | by {'; '.join(claim.claimants)}" if claim.claimants else ""
    return f"{told(claim)} | {claim.group.text}{by}"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.place) for row in rows()])
def test_a_sentence_gives_its_claims(row: Row) -> None:
    language = row.place[:2]
    title, body = (row.text[1:-1], "") if row.text.startswith("[") else ("", row.text)
    arrived = datetime(2024, 6, 1, tzinfo=UTC)
    article = Article(id="1", title=title, body=body, arrived=arrived, language=language)
    found = list(read(article).claims)
    wanted = [claim for claim in row.claims if claim != "(none)"]
    report = f"{row.text}\n  wanted {wanted}\n  found  {[show(claim) for claim in found]}"
    for claim in wanted:
        match = next((other for other in found if fits(claim, other)), None)
        assert match is not None, f"missed {claim!r} in {report}"
        found.remove(match)
    assert not found, f"false claim in {report}"


def test_the_tables_are_many() -> None:
    assert len(list(rows())) >= 250


def test_what_stands_in_brackets_is_read_by_itself() -> None:
    """A bracket's words are read apart from those around it, in whatever it tells: none of them stops the reading."""
    arrived = datetime(2024, 6, 1, tzinfo=UTC)
    for row in rows():
        inside = row.text.strip("[]").rstrip(".!?")
        article = Article(id="1", body=f"So ({inside}).", arrived=arrived, language=row.place[:2])
        assert all(claim.evidence.quote in article.body for claim in read(article).claims)
