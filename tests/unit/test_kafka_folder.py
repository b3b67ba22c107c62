"""A worker's folder of tables is used by one process, and with the topics that it was made from."""

from __future__ import annotations

import os

import pytest

from streams.kafka.workers.folder import held
from tallywire.errors import StateError

TABLES = {"revise": "revise-states (7f) of 4 partitions", "alert": "alert-states (8a) of 4 partitions"}


def test_another_worker_on_the_same_tables_is_named_with_the_remedy(tmp_path):
    with held(tmp_path, TABLES):
        says = f"alert in .* in use by process {os.getpid()}.*--data"
        with pytest.raises(StateError, match=says), held(tmp_path, {"alert": TABLES["alert"]}):
            pass
        with held(tmp_path, {"reconcile": "reconcile-states (9b) of 4 partitions"}), held(tmp_path, {}):
            pass  # other stages have tables of their own, or none


def test_the_same_worker_started_again_goes_on_with_its_tables(tmp_path):
    for _ in range(3):
        with held(tmp_path / "new", TABLES):
            assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    "origin",
    [
        "revise-states (90) of 4 partitions",  # another cluster, or the topic was made anew
        "b.revise-states (7f) of 4 partitions",
        "revise-states (7f) of 8 partitions",
    ],
)
def test_tables_of_something_else_are_refused_saying_what_to_delete(tmp_path, origin):
    with held(tmp_path, TABLES):
        pass
    with pytest.raises(StateError) as error, held(tmp_path, {"revise": origin}):
        pass
    assert f"were made from {TABLES['revise']}, and here there is {origin}" in str(error.value)
    assert f"Delete {tmp_path / 'revise'} and revise.lock" in str(error.value)
    with held(tmp_path, TABLES):
        pass


def test_a_folder_that_cannot_be_written_is_a_mistake(tmp_path):
    (tmp_path / "file").write_text("")
    says = r"\[kafka\] data: cannot write in .*file/tables: Not a directory"
    with pytest.raises(StateError, match=says), held(tmp_path / "file" / "tables", TABLES):
        pass
