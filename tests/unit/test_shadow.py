"""The start-up check: a foreign `streams` or `connectors` must not run in place of ours."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tallywire import shadow


def test_our_own_packages_pass():
    shadow.check()


@pytest.mark.parametrize("name", shadow.PACKAGES)
def test_a_foreign_package_of_the_same_name_is_refused_with_its_place(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('the foreign package ran')")
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", "--version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert str(tmp_path / name) in done.stderr
    assert "the foreign package ran" not in done.stderr
