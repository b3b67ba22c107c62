"""The bill of materials: what an installation takes in, valid by its schema, and nothing of it under the GPL."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from tools import sbom

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-kafka.lock"  # of the image; it holds all of requirements.lock

# What the metadata of a package keeps from us, read off the licence that it comes with.
READ = {"ahocorasick_rs": ["Apache-2.0"]}


@pytest.fixture(scope="module")
def bill() -> sbom.Json:
    return sbom.made(LOCK, Path(sys.executable))


def test_it_is_one_by_its_schema(bill):
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill)) is None


def test_it_names_what_is_locked_in_the_version_that_is_locked(bill):
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK.read_text(), re.MULTILINE))
    listed = {part["name"].lower().replace("_", "-"): part["version"] for part in bill["components"]}
    assert listed == {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    assert sbom.locked(ROOT / "requirements.lock") <= sbom.locked(LOCK)
    assert bill["metadata"]["component"]["name"] == "tallywire"


def test_nothing_that_is_required_is_under_the_gpl_or_of_unknown_licence(bill):
    found = {part["name"]: sbom.licences(part) or READ.get(part["name"], []) for part in bill["components"]}
    assert {name for name, known in found.items() if not known} == set()
    assert {name: known for name, known in found.items() if re.search(r"GPL|GNU", " ".join(known))} == {}


def test_the_image_carries_it():
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "tools/sbom.py" in dockerfile
    assert "/usr/share/tallywire/sbom.cdx.json" in dockerfile
    assert "cyclonedx-bom==" in (ROOT / "requirements-sbom.lock").read_text()
