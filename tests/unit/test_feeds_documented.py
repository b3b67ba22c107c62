"""Every word by which a feed's fault is told stands in the reference, and none that is not used."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.http import LARGEST_BODY, MOST_REDIRECTS
from connectors.sources import frames, hygiene, parse, precheck
from connectors.sources.pool import CRASH
from connectors.sources.remedies import REMEDIES, remedy

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "feeds.md").read_text(encoding="utf-8")
TOLD = re.compile(r'(?:cause=|refused?\(\s*|RefusedError\(|HttpFailure\(\s*)"([a-z_0-9]+)"')


def test_the_causes_of_the_reference_are_those_of_the_code() -> None:
    sources = [ROOT / "connectors" / "http.py", *(ROOT / "connectors" / "sources").glob("*.py")]
    told = {cause for path in sources for cause in TOLD.findall(path.read_text(encoding="utf-8"))}
    told |= {CRASH}
    table = REFERENCE.partition("## Causes")[2].partition("## Measured")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    written = {cause for cell in cells for cause in re.findall(r"`(\w+)`", cell)}
    assert {cause for cause in written if not cause.startswith("http_")} == told - {"http_410"}


def test_what_to_do_is_the_same_in_the_reference_and_on_the_screen() -> None:
    table = REFERENCE.partition("## Causes")[2].partition("## Measured")[0]
    rows = re.findall(r"^\| (`[^|]*) \| [^|]* \| ([^|]*) \|$", table, re.MULTILINE)
    written = {cause: says for cell, says in rows for cause in re.findall(r"`(\w+)`", cell)}
    for cause in REMEDIES.keys() - {"http_410", "internal"}:
        assert remedy(cause) == written[cause]


def test_the_limits_of_the_reference_are_those_of_the_code() -> None:
    assert LARGEST_BODY == parse.LARGEST == 10 * 2**20
    for limit in (precheck.MOST_ENTRIES, precheck.MOST_ATTRIBUTES, precheck.DEEPEST, hygiene.LONGEST_TITLE):
        assert f"{limit:,}" in REFERENCE
    assert f"{frames.DEADLINE:g} s" in REFERENCE
    assert MOST_REDIRECTS == 5
