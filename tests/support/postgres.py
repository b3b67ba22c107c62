"""A real PostgreSQL for tests, under a user of its own on a loopback port; a loud skip where none can be had."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pg8000.native
import pytest
import sqlalchemy as sa

from tests.support.prometheus import free_port

NAMED = "TALLYWIRE_TEST_POSTGRES"  # names a server that runs already: postgresql://user:password@host:port/postgres
PASSWORD = "the archive's own"

PORTS = 3  # that are tried

TOOL = Path(__file__).parents[2] / "tools" / "postgres.sh"


class Server:
    """A server that was started, to be ended and brought back."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        word = folder / "word"
        word.write_text(PASSWORD)
        if user is not None:
            for path in (folder, word):
                shutil.chown(path, user)
        self._run(
            "initdb", "--username=tallywire", f"--pwfile={word}", "--auth=scram-sha-256", "--no-sync",
            "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        self._begin()

    def _begin(self) -> None:
        """Start it for the first time, on a free port; another test may take that meanwhile: then on another."""
        for left in reversed(range(PORTS)):
            self.port = free_port()
            try:
                self.start()
                break
            except AssertionError:
                if not left:
                    raise

    @property
    def url(self) -> str:
        """Where its first database is; the password is `PASSWORD`."""
        return f"postgresql://tallywire@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, or start it again on what it has."""
        said = f"-p {self.port} -h 127.0.0.1 -k {self._folder} -c fsync=off"
        self._run("pg_ctl", "--wait", "--log", str(self._folder / "log"), "--options", said, "start")

    def stop(self, how: str = "fast") -> None:
        """End it: `fast`, or `immediate` as if the power went."""
        self._run("pg_ctl", "--wait", "--mode", how, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        known = self._programs.parents[4] / "libraries"
        libraries = {"LD_LIBRARY_PATH": known.read_text().strip()} if known.exists() else {}
        with (self._folder / "said").open("ab") as said:
            done = subprocess.run(
                [self._programs / program, "--pgdata", self._folder / "data", *arguments],
                cwd=self._folder, env=os.environ | libraries, stdout=said, stderr=said, user=self._user,
            )  # fmt: skip
        assert done.returncode == 0, (self._folder / "said").read_text(errors="replace")


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL of one's own; skips the test where none can be had."""
    found = subprocess.run([str(TOOL)], capture_output=True, text=True)
    if found.returncode != 0:
        skip(found.stderr.strip())
    # PostgreSQL refuses to run as root.
    user = pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="tallywire-postgres-") as folder:
        made = Server(Path(found.stdout.strip()), Path(folder), user)
        try:
            yield made
        finally:
            made.stop("immediate")


@contextmanager
def shared() -> Iterator[tuple[str, str]]:
    """The address and the password of the server that `NAMED` names, or of one that is started."""
    if (named := os.environ.get(NAMED)) is not None:
        url = sa.make_url(named)
        yield url.set(password=None).render_as_string(), url.password or ""
        return
    with server() as made:
        yield made.url, PASSWORD


def skip(reason: str) -> None:
    """Skip, saying what is not tested."""
    warnings.warn(f"NOT TESTED against PostgreSQL: {reason}", stacklevel=2)
    pytest.skip(reason)


@contextmanager
def database(url: str, password: str, name: str) -> Iterator[str]:
    """A database of this name, made anew; its address."""
    parsed = sa.make_url(url)
    admin = pg8000.native.Connection(
        parsed.username or "", parsed.host or "", parsed.database, parsed.port or 5432, password
    )
    try:
        admin.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.run(f'CREATE DATABASE "{name}"')
        yield str(parsed.set(database=name, password=None))
        admin.run(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        admin.close()
