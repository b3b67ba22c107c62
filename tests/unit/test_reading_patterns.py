"""The patterns of the reader mean the same on every Python that we promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tallywire.reading

FOLDER = Path(tallywire.reading.__file__).parent
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\{?\d*,?\d*\}?\})\+|\(\?>")


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.py")) + sorted(FOLDER.rglob("*.toml")), ids=lambda p: p.name
)
def test_no_group_is_repeated_possessively(path):
    """Before Python 3.11.5 such a group could fail where it should match (CPython gh-106052)."""
    assert not POSSESSIVE_GROUP.search(path.read_text(encoding="utf-8"))
