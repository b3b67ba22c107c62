"""Every scenario of this folder goes as its author expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.runner import run

SCENES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    outcome = run(path)
    assert not outcome.wrong, "\n".join(["", *outcome.wrong, "", "what was told:", *outcome.log])
