"""Opening the archive's database: SQLite or PostgreSQL, of this program's version, with one writer at a time."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from streams.archive import versions
from streams.store import opening, schema
from tallywire.errors import ConfigError, StateError

PATIENCE = 10.0  # seconds to reach a server

#: By which a server knows within half a minute that a writer's machine has gone without a word, and lets its lock go.
#: https://www.postgresql.org/docs/current/runtime-config-connection.html#RUNTIME-CONFIG-TCP-SETTINGS
ALIVE = {
    "tcp_keepalives_idle": "15s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}

_SCHEMES = ("sqlite", "postgresql", "postgresql+pg8000")
#: What may stand behind the `?`: libpq takes more, and providers give addresses with some of that.
_QUERY = ("sslmode", "sslrootcert", "application_name")
_FORM = "such as sqlite:////var/lib/tallywire/archive.sqlite or postgresql://user@host/database"


class Database:
    """Where the archive is.  Nothing it says or raises holds the password."""

    def __init__(self, url: str, password: str = "") -> None:
        """`url` names the place, `password` goes before one that it holds.  Raises `ConfigError`."""
        try:
            parsed = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):  # its message may hold the password
            raise ConfigError(f"[archive] url is no address of a database, {_FORM}") from None
        if parsed.drivername not in _SCHEMES or not parsed.database:
            raise ConfigError(f"[archive] url names no database that an archive can be in, {_FORM}")
        self.path = Path(parsed.database) if parsed.drivername == "sqlite" else None
        if self.path is None:
            _complete(parsed)
        self._url = parsed.set(password=password) if password else parsed

    def __str__(self) -> str:
        return str(self.path) if self.path else self._url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """What goes wrong between us and the database, as a `StateError` without what was to be written."""
        try:
            yield
        except (sa.exc.DBAPIError, OSError) as error:
            raise StateError(f"the archive {self} cannot be used: {reason(error)}") from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The one connection that may write, its tables made or brought up to this version.

        Raises `StateError` where another process writes, or the database cannot be used.
        """
        with self.explained():
            held = self._held()
            try:
                with self._engine(read_only=False).connect() as connection:
                    if self.path is None:
                        _lock(connection, str(self))
                        versions.upgrade(connection)
                    yield connection
            finally:
                if held is not None:
                    held.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read by, beside a writer.  Raises `StateError` where there is no archive of this version."""
        with self.explained(), self._engine(read_only=True).connect() as connection:
            if self.path is None:
                versions.check(connection, str(self))
            yield connection

    def _held(self) -> IO[str] | None:
        return opening.lock(self.path) if self.path is not None else None

    def _engine(self, *, read_only: bool) -> sa.Engine:
        if self.path is None:
            return _server(self._url)
        path = str(self.path)
        engine = sa.create_engine(
            "sqlite://",
            creator=lambda: opening.connect(path, read_only=read_only),
            poolclass=sa.StaticPool,
            hide_parameters=True,
        )
        # The file's connection begins nothing by itself; a writer takes its turn before it reads.
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine


def reason(error: Exception) -> str:
    """What is wrong: of what a database says, its own words alone."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    first = cause.args[0] if cause is not None and cause.args else cause
    return str(first.get("M", first)) if isinstance(first, dict) else str(cause)


def _complete(url: sa.URL) -> None:
    """Raise `ConfigError` where a server's address lacks what it takes, or has what pg8000 does not take."""
    if not url.username:
        raise ConfigError(f"[archive] url names no user, {_FORM}")
    for name in url.query:
        if name not in _QUERY:
            raise ConfigError(
                f"[archive] url: {name} is not known here, only {', '.join(_QUERY)}: leave it out"
            )


def _server(url: sa.URL) -> sa.Engine:
    query = dict(url.query)
    mode, authorities = query.pop("sslmode", "prefer"), query.pop("sslrootcert", None)
    # It would tell of every connection that a server has ended, with its traceback; what fails is told once, by us.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    arguments: dict[str, Any] = {"timeout": PATIENCE, "ssl_context": _tls(str(mode), authorities)}
    return sa.create_engine(
        url.set(drivername="postgresql+pg8000", query=query),
        connect_args=arguments,
        poolclass=sa.NullPool,
        hide_parameters=True,
    )


def _tls(mode: str, authorities: Any) -> ssl.SSLContext | bool | None:
    """What pg8000 takes for libpq's sslmode: None tries TLS and goes on without."""
    match mode:
        case "disable":
            return False
        case "prefer":
            return None
        case "require":
            return True
        case "verify-full":
            try:
                return ssl.create_default_context(cafile=authorities)
            except OSError as error:  # ssl.SSLError is one
                raise ConfigError(f"[archive] sslrootcert {authorities} cannot be used: {error}") from error
    raise ConfigError(f"[archive] sslmode {mode!r}: disable, prefer, require or verify-full")


def _lock(connection: sa.Connection, name: str) -> None:
    """Hold the database for this session; the lock ends with it, however it ends."""
    for setting, value in ALIVE.items():
        connection.execute(sa.select(sa.func.set_config(setting, value, False)))
    held = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(schema.APPLICATION_ID)))
    connection.commit()
    if not held:
        raise StateError(f"another process writes the archive {name}")
