"""The example that `docs/explanation/reading.md` carries through every stage is what reading makes of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "reading.md").read_text(encoding="utf-8")


def printed() -> list[str]:
    example = re.search(r"^> (.*)$", PAGE, re.MULTILINE)
    assert example
    command = [sys.executable, str(ROOT / "tools" / "symbols.py"), "en", example[1]]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.splitlines()


def test_the_example_has_the_symbols_and_chunks_that_the_page_gives() -> None:
    symbols = re.search(r"the sentence has become `(.*)`", PAGE)
    assert symbols
    found = printed()
    assert f"symbols  {symbols[1]}" in found
    for line in (
        "  Q  26 service members",
        "  W  were killed",
        "  Q  at least 40 others",
        "  Q  two colonels",
    ):
        assert line in found
        assert re.search(rf"^    {line[2]} +{line[5:]}\b", PAGE, re.MULTILINE)


def test_the_example_has_the_letters_that_the_page_gives() -> None:
    rows = re.search(r"^    Colombia 's .*\n    (.*)$", PAGE, re.MULTILINE)
    assert rows
    assert f"letters  {''.join(rows[1].split())}" in printed()


def test_the_example_gives_the_claims_that_the_page_gives() -> None:
    table = re.findall(r"^\| (\w+) \| (\d+) [\w ]+ \| (\w+) \| (\w[\w ]*) ", PAGE, re.MULTILINE)
    claims = [
        re.fullmatch(r"claim    (\w+) (\d+)-\w+ (\w+) \w+ '(.*)'", line)
        for line in printed()
        if line.startswith("claim")
    ]
    assert len(table) == 3
    assert [claim.groups() for claim in claims if claim] == [(*row[:3], row[3].strip()) for row in table]
