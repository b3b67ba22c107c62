"""What can be configured: the sections of `tallywire.toml`, each key with its default.

Every key can be overridden from the environment: `TALLYWIRE_` + section + `__` + key, such as
`TALLYWIRE_MONITOR__STATE`.  Lists are JSON there.  Secrets are named by file, never written in the file itself unless a
user insists.
"""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from tallywire.config.secrets import secret
from tallywire.config.values import (
    Broker,
    Contact,
    Duration,
    FilePath,
    Hour,
    Listen,
    MailAddress,
    Name,
    Network,
    Share,
    TimeZone,
    WebAddress,
    between,
)
from tallywire.records import Metric, Severity, UpdateKind

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Section(BaseModel):
    """Base of all sections: frozen, unknown keys are mistakes."""

    model_config = _FROZEN


class Monitor(Section):
    """`[monitor]`: the process itself."""

    state: FilePath = Path("tallywire.sqlite")  #: the state file
    listen: Listen = "127.0.0.1:9460"  #: where /metrics, /healthz and /readyz are served
    clock: Literal["system", "articles"] = (
        "system"  #: "articles": time is what articles say, for demonstrations
    )


class Polling(Section):
    """`[polling]`: how feeds are asked."""

    min_interval: Annotated[Duration, between("50ms", "365d")] = timedelta(
        minutes=5
    )  #: never ask a feed more often
    max_interval: Annotated[Duration, between("50ms", "365d")] = timedelta(
        hours=2
    )  #: ask at least this often
    timeout: Annotated[Duration, between("100ms", "1h")] = timedelta(
        seconds=30
    )  #: for one fetch, redirects included
    per_host: Annotated[int, Field(ge=1)] = 2  #: fetches under way at one host
    host_gap: Annotated[Duration, between("0s", "1h")] = timedelta(
        seconds=1
    )  #: between two fetches at one host
    contact: Contact = ""  #: an address or URL sent in the User-Agent, so that a publisher can reach you
    allow_networks: tuple[Network, ...] = ()  #: private networks that may be fetched from or posted to
    opml: FilePath | None = None  #: feeds from an OPML file, beside [[feeds]]


class WebSubSettings(Section):
    """`[websub]`: hubs that send what is new.  Off without a callback."""

    callback: WebAddress | None = None  #: the address under which hubs reach `listen`
    listen: Listen = "127.0.0.1:9461"  #: where callbacks are served, for a proxy that ends TLS


class Feed(Section):
    """`[[feeds]]`: one feed."""

    url: WebAddress
    outlet: str = ""  #: the outlet's name; the feed's own title where empty
    full_text: bool = False  #: read each article's page, for a feed that carries only summaries


class WatchSettings(Section):
    """`[[watches]]`: a story you name yourself; what matches goes there before likeness is asked."""

    name: Name
    all: tuple[str, ...] = ()  #: every one of these words or phrases must occur
    any: tuple[str, ...] = ()  #: at least one of these must occur
    none: tuple[str, ...] = ()  #: none of these may occur
    places: tuple[str, ...] = ()  #: at least one of these places must occur
    metrics: tuple[Metric, ...] = ()  #: alert on these figures only; empty is all of them

    @model_validator(mode="after")
    def _matches_something(self) -> Self:
        if not (self.all or self.any or self.places):
            raise ValueError("needs at least one of all, any, places: it would match nothing, or everything")
        return self


class RuleSettings(Section):
    """`[[rules]]`: which updates a person is told, how loudly, and where.  Without any, a good default set holds."""

    name: Name
    kinds: tuple[UpdateKind, ...] = ()  #: empty is every kind
    metrics: tuple[Metric, ...] = ()  #: empty is every metric
    watches: tuple[str, ...] = ()  #: only these watches' stories …
    stories: tuple[str, ...] = ()  #: … and these, by id; both empty is every story
    min_change: Annotated[int, Field(ge=0)] = 0  #: smallest change in people
    min_change_share: Share = 0.0  #: smallest change as a share of the old value
    min_claimants: Annotated[int, Field(ge=1, le=16)] = 1
    min_origins: Annotated[int, Field(ge=1, le=16)] = 1
    severity: Severity = Severity.NOTICE
    routes: tuple[str, ...] = ()  #: destinations by name; empty is all of them
    cooldown: Annotated[Duration, between("0s", "3650d")] = timedelta(
        0
    )  #: after an alert of this rule, the same figure's next waits so long
    digest: bool = False  #: what it chooses waits for the next digest
    escalate: Annotated[Duration, between("1m", "3650d", or_never=True)] = timedelta(
        0
    )  #: open for so long, a disagreement is told again, one severity louder
    repeat: Annotated[Duration, between("1m", "3650d", or_never=True)] = timedelta(
        0
    )  #: a disagreement that stays open is told again this often

    @model_validator(mode="after")
    def _can_remind(self) -> Self:
        if (self.escalate or self.repeat) and self.kinds and UpdateKind.DISAGREEMENT not in self.kinds:
            raise ValueError('escalate and repeat are about disagreements: kinds needs "figure.disagreement"')
        return self


class AlertSettings(Section):
    """`[alerts]`: when a story's alerts go out.  What is critical goes out at once."""

    breaking: Annotated[Duration, between("0s", "3650d")] = timedelta(
        hours=1
    )  #: from the story's first alert on, every one goes out at once
    gap: Annotated[Duration, between("0s", "365d")] = timedelta(
        hours=1
    )  #: afterwards, the least time between two
    gather: Annotated[Duration, between("0s", "24h")] = timedelta(
        0
    )  #: an alert waits so long for what else a burst brings
    quiet_from: Hour = time(0)  #: start of the quiet hours; the same as their end means none
    quiet_to: Hour = time(0)  #: end of the quiet hours: what was held goes out together
    digest: tuple[Hour, ...] = ()  #: when what rules keep for the digest goes out
    time_zone: TimeZone = "UTC"  #: of these hours


class Destination(Section):
    """`[[destinations]]`: where alerts go."""

    name: Name
    kind: Literal["alertmanager", "discord", "email", "file", "slack", "terminal", "webhook"]
    url: SecretStr | None = None  #: the address (a secret for Slack; of a mail server, with its password)
    url_file: FilePath | None = None  #: … or the file that holds it
    secret: SecretStr | None = None  #: webhook: the signing secret, "whsec_…"
    secret_file: FilePath | None = None  #: … or the file that holds it
    token: SecretStr | None = None  #: slack: a bot's token, for threads; alertmanager: a bearer token
    token_file: FilePath | None = None  #: … or the file that holds it
    channel: str = ""  #: slack with a token: the channel's id
    format: Literal["standard", "cloudevents"] = "standard"  #: webhook: the alert bare, or as a CloudEvent
    sender: MailAddress = ""  #: email: the address it comes from
    to: tuple[MailAddress, ...] = ()  #: email: the addresses it goes to
    path: FilePath | None = None  #: file: where alerts are appended as JSON Lines

    @model_validator(mode="after")
    def _complete(self) -> Self:
        addressed = self.url or self.url_file
        tokened = self.token or self.token_file
        if self.kind == "slack" and not addressed and not tokened:
            raise ValueError("a destination of kind 'slack' needs url or url_file, or token or token_file")
        if self.kind == "slack" and tokened and not self.channel:
            raise ValueError("a destination of kind 'slack' with a token needs channel")
        if self.kind in ("alertmanager", "discord", "email", "webhook") and not addressed:
            raise ValueError(f"a destination of kind {self.kind!r} needs url or url_file")
        if self.kind == "email" and not (self.sender and self.to):
            raise ValueError("a destination of kind 'email' needs sender and to")
        if self.kind == "file" and self.path is None:
            raise ValueError("a destination of kind 'file' needs path")
        if self.secret is not None and not self.secret.get_secret_value().strip():
            raise ValueError("secret is empty: leave it out to send unsigned")
        return self

    def address(self) -> str:
        """The address, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return self._secret("url", self.url, self.url_file)

    def signing_secret(self) -> str:
        """The signing secret, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return self._secret("secret", self.secret, self.secret_file)

    def access_token(self) -> str:
        """The token, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return self._secret("token", self.token, self.token_file)

    def _secret(self, key: str, value: SecretStr | None, file: Path | None) -> str:
        return secret(f"destination {self.name!r}", key, value, file)


class SecondReaderSettings(Section):
    """`[second_reader]`: a language model, asked about what our own reading leaves over.  Off without an endpoint."""

    endpoint: WebAddress | None = None  #: an OpenAI-compatible API, such as "http://127.0.0.1:11434/v1"
    model: str = ""  #: the model's name there
    api_key: SecretStr | None = None  #: sent as Bearer token
    api_key_file: FilePath | None = None  #: … or the file that holds it
    temperature: Annotated[float, Field(ge=0, le=2)] | None = (
        None  #: sent where given: models that reason take none
    )
    allow_networks: tuple[Network, ...] = ()  #: private networks that the endpoint may stand in
    timeout: Annotated[Duration, between("100ms", "10m")] = timedelta(
        seconds=20
    )  #: for one answer, and for all that one batch of articles waits for
    at_once: Annotated[int, Field(ge=1, le=8)] = 2  #: questions under way
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60  #: questions asked
    cache: FilePath = Path(
        "tallywire-answers.sqlite"
    )  #: where answers are kept, so that nothing is asked twice
    cache_size: Annotated[int, Field(ge=1)] = 100_000  #: answers that are kept; the oldest go

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.endpoint is not None and not self.model.strip():
            raise ValueError("needs model: which of the endpoint's models should read")
        return self

    def key(self) -> str:
        """The API key, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return secret("second_reader", "api_key", self.api_key, self.api_key_file)


class Retention(Section):
    """`[retention]`: how long what was read is kept."""

    keep: Annotated[Duration, between("1h", "3650d")] = timedelta(
        days=30
    )  #: articles, ledgers of silent stories, updates, alerts
    window: Annotated[Duration, between("1h", "3650d")] = timedelta(
        days=14
    )  #: how far back likeness looks for an article's story
    close: Annotated[Duration, between("1h", "3650d")] = timedelta(
        days=7
    )  #: a story that is silent for so long closes, to open again with its history


class LedgerSettings(Section):
    """`[ledger]`: when figures count as different."""

    settle: Annotated[Duration, between("1m", "365d")] = timedelta(
        hours=6
    )  #: how long a lower figure may stand before it is a disagreement
    tolerance: Share = 0.10  #: "about 60" fits 55 within this share
    consensus: Literal["desk", "ucdp", "acled"] = "desk"  #: how a figure's low, best and high are drawn


class KafkaSettings(Section):
    """`[kafka]`: the cluster that `worker`, `connect`, `deliver`, `archive` and `topics` speak to."""

    brokers: Annotated[tuple[Broker, ...], Field(min_length=1)] = ("127.0.0.1:9092",)  #: where clients begin
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = (
        ""  #: before the name of every topic and group, where a cluster is shared
    )
    partitions: Annotated[int, Field(ge=1, le=64)] = (
        4  #: of every topic: the most workers that share the work
    )
    replication: Annotated[int, Field(ge=1, le=7)] = 1  #: copies of every record; 3 in production
    message_limit: Annotated[int, Field(ge=1_000_000, le=100_000_000)] = (
        16_000_000  #: bytes of the largest record: an article with its readings, a story's ledger
    )
    compression: Literal["none", "gzip", "lz4"] = "lz4"  #: of records on the wire and on the brokers
    session_timeout: Annotated[Duration, between("6s", "5m")] = timedelta(
        seconds=10
    )  #: silent for so long, a worker is taken for dead and its partitions go to others
    patience: Annotated[Duration, between("0s", "24h")] = timedelta(
        seconds=5
    )  #: an article waits so long for earlier ones of other partitions before its story is decided
    standbys: Annotated[int, Field(ge=0, le=3)] = (
        0  #: other workers that keep a copy of each table, ready to take over
    )
    data: FilePath = Path(
        "tallywire-worker"
    )  #: folder of a worker's tables, one for each worker of a machine
    tls: bool = False  #: speak TLS
    ca_file: FilePath | None = (
        None  #: certificates that the brokers' are signed by; the system's where not given
    )
    certificate_file: FilePath | None = None  #: our own certificate, where brokers ask for one …
    key_file: FilePath | None = None  #: … and its private key
    sasl: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = ""  #: how we say who we are
    username: str = ""  #: for SASL
    password: SecretStr | None = None  #: for SASL
    password_file: FilePath | None = None  #: … or the file that holds it

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.sasl and not (self.username and (self.password or self.password_file)):
            raise ValueError(f"sasl = {self.sasl!r} needs username, and password or password_file")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file go together")
        if not self.tls and (self.ca_file or self.certificate_file):
            raise ValueError("names certificates, which tls = true makes use of")
        return self

    def secret(self) -> str:
        """The password, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return secret("kafka", "password", self.password, self.password_file)


class ArchiveSettings(Section):
    """`[archive]`: the database that `archive` writes, and that `explain` and `export` read where it is given."""

    url: SecretStr | None = None  #: such as postgresql://user@host/database
    url_file: FilePath | None = None  #: … or the file that holds it
    password_file: FilePath | None = None  #: the file that holds the password, where the address has none
    keep: Annotated[Duration, between("1h", "3650d")] | None = (
        None  #: how long what was read is kept there; as [retention] keep where not given
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.password_file is not None and not self.given:
            raise ValueError("password_file needs url or url_file: whose password is it")
        return self

    @property
    def given(self) -> bool:
        """Whether there is an archive."""
        return self.url is not None or self.url_file is not None

    def address(self) -> str:
        """The address, from the key or its file ('' where none is given).  Raises `ConfigError`."""
        return secret("archive", "url", self.url, self.url_file)

    def password(self) -> str:
        """The password ('' where no file is given).  Raises `ConfigError`."""
        return secret("archive", "password", None, self.password_file)


class LogSettings(Section):
    """`[log]`: what goes to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "warning"
    format: Literal["text", "json", "journald"] = "text"


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="TALLYWIRE_", env_nested_delimiter="__"
    )

    monitor: Monitor = Monitor()
    polling: Polling = Polling()
    websub: WebSubSettings = WebSubSettings()
    feeds: tuple[Feed, ...] = ()
    watches: tuple[WatchSettings, ...] = ()
    rules: tuple[RuleSettings, ...] = ()
    alerts: AlertSettings = AlertSettings()
    destinations: tuple[Destination, ...] = (Destination(name="terminal", kind="terminal"),)
    second_reader: SecondReaderSettings = SecondReaderSettings()
    retention: Retention = Retention()
    ledger: LedgerSettings = LedgerSettings()
    kafka: KafkaSettings = KafkaSettings()
    archive: ArchiveSettings = ArchiveSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above the file; nothing else is read."""
        return env_settings, init_settings
