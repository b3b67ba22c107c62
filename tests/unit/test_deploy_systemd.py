"""The units are sound, hardened, and name commands and keys that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tallywire import config

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
COMMAND = "/opt/tallywire/venv/bin/tallywire"
MOST_EXPOSED = 2.0  # of 10, as systemd-analyze rates it


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("NOT TESTED by systemd-analyze: it is not installed")
    return found


@pytest.fixture
def units(tmp_path) -> list[Path]:
    """The unit files, with a command that is there."""
    command = tmp_path / "tallywire"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    copies = []
    for unit in sorted(UNITS.iterdir()):
        copies.append(tmp_path / unit.name)
        copies[-1].write_text(unit.read_text().replace(COMMAND, str(command)))
    return copies


def test_systemd_takes_the_units(analyze, units):
    done = subprocess.run([analyze, "verify", *map(str, units)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["tallywire.service"])
def test_the_service_is_hardly_exposed(analyze, units, name):
    [unit] = [unit for unit in units if unit.name == name]
    done = subprocess.run([analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED


def test_what_the_environment_sets_are_keys_of_the_configuration(monkeypatch):
    settings = re.findall(
        r"^Environment=(TALLYWIRE_\w+)=(.*)$", (UNITS / "tallywire.service").read_text(), re.MULTILINE
    )
    assert settings
    for name, value in settings:
        monkeypatch.setenv(name, value)
    loaded = config.load(None)
    assert str(loaded.monitor.state) == "/var/lib/tallywire/tallywire.sqlite"
    assert loaded.log.format == "journald"
