"""Debian's Prometheus, its tool and Alertmanager, for tests of the real thing; a loud skip where they are not here."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "prometheus.sh"


@cache
def _folder() -> tuple[str | None, str]:
    """Where the programs are, or why they are nowhere."""
    done = subprocess.run([str(TOOL)], capture_output=True, text=True)
    return (done.stdout.strip() or None), done.stderr.strip()


def program(name: str) -> str:
    """The path of `prometheus`, `promtool`, `prometheus-alertmanager` or `amtool`; skips the test without it."""
    if (found := shutil.which(name)) is not None:
        return found
    folder, reason = _folder()
    if folder is None:
        warnings.warn(f"NOT TESTED against {name}: {reason}", stacklevel=2)
        pytest.skip(reason)
    return os.path.join(folder, name)  # noqa: PTH118 - a command
