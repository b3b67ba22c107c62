"""How a client reaches the brokers: addresses, TLS, who we say we are."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiokafka.errors
import kafka.errors
import msgspec

from connectors.kafka.diagnosis import diagnosis
from tallywire.errors import BrokerError, ConfigError


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to speak to a cluster."""

    brokers: tuple[str, ...]
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    sasl: str = ""  #: "", "PLAIN", "SCRAM-SHA-256" or "SCRAM-SHA-512"
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Without the password, wherever it may be shown."""
        return f"Access({self.username or 'nobody'} at {', '.join(self.brokers)})"

    @property
    def protocol(self) -> str:
        """Kafka's name for how it is spoken."""
        return f"SASL_{self._transport}" if self.sasl else self._transport

    @property
    def _transport(self) -> str:
        return "SSL" if self.tls else "PLAINTEXT"

    def context(self) -> ssl.SSLContext | None:
        """What TLS goes by; None where none is spoken.  Raises `ConfigError`."""
        if not self.tls:
            return None
        try:
            made = ssl.create_default_context(cafile=self.ca_file)
            if self.certificate_file is not None:
                # Whoever locks the key with a word is told so, and not asked for it on a terminal that nobody sees.
                made.load_cert_chain(self.certificate_file, self.key_file, password="")
        except OSError as error:  # ssl.SSLError is one
            files = {
                "ca_file": self.ca_file,
                "certificate_file": self.certificate_file,
                "key_file": self.key_file,
            }
            named = ", ".join(f"{key} {file}" for key, file in files.items() if file is not None)
            raise ConfigError(f"[kafka] {named}: cannot be used: {error.strerror or error}") from error
        return made

    def options(self) -> dict[str, Any]:
        """The same for a client of kafka-python or aiokafka."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.brokers),
            "security_protocol": self.protocol,
            "ssl_context": self.context(),
        }
        if self.sasl:
            options |= {
                "sasl_mechanism": self.sasl,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options


@contextmanager
def reached(access: Access) -> Iterator[None]:
    """What goes wrong between us and the brokers, as a `BrokerError` with its remedy.  For a thread without a loop."""
    try:
        yield
    except (kafka.errors.KafkaError, aiokafka.errors.KafkaError) as error:
        reason = _reason(access)
        if reason is not None:
            raise BrokerError(f"Kafka cannot be reached: {reason}") from error
        where = ", ".join(access.brokers)
        raise BrokerError(
            f"Kafka at {where} does not answer as it should: {type(error).__name__}: {error}"
        ) from error


def _reason(access: Access) -> str | None:
    """Why brokers cannot be reached; a certificate that has gone since the start may come back as they do."""
    try:
        return diagnosis(access.brokers, access.options())
    except ConfigError as error:
        return str(error)
