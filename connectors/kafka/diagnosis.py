"""Why brokers cannot be spoken to, in words with a remedy.

A client of kafka-python that cannot begin says no more than that.  So the way is gone once more by hand, step by step:
the first step that fails is the reason.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from aiokafka import errors
from aiokafka.conn import create_conn
from aiokafka.protocol.metadata import MetadataRequest

PATIENCE = 5.0  # seconds for one broker


def diagnosis(brokers: Sequence[str], options: Mapping[str, Any]) -> str | None:
    """What is wrong with the ways to the brokers; None where all can be spoken to.

    `options` are what a client of aiokafka needs.  For a thread without an event loop.
    """
    return "; ".join(asyncio.run(_reasons(brokers, options))) or None


async def silence(brokers: Sequence[str], options: Mapping[str, Any]) -> str | None:
    """Why no broker can be spoken to; None where one can."""
    found = await _reasons(brokers, options)
    return "; ".join(found) if len(found) == len(brokers) else None


async def _reasons(brokers: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    reasons = await asyncio.gather(*(_reason(broker, options) for broker in brokers))
    return [f"{broker}: {reason}" for broker, reason in zip(brokers, reasons, strict=True) if reason]


async def _reason(broker: str, options: Mapping[str, Any]) -> str | None:
    host, _, port = broker.rpartition(":")
    ways = {name: value for name, value in options.items() if name != "bootstrap_servers"}
    try:
        connection = await create_conn(
            host.strip("[]"), int(port), request_timeout_ms=PATIENCE * 1000, **ways
        )
        with closing(connection):  # who has not said who they are is heard out, and shown the door at this
            await connection.send(MetadataRequest([]))
    except ssl.SSLCertVerificationError as error:
        return (
            f"its certificate is not trusted ({error.verify_message}): [kafka] ca_file should hold the certificate of "
            "the authority that has signed it"
        )
    except ssl.SSLError as error:
        return f"TLS cannot be agreed on ({error.reason}): does that port speak it? See [kafka] tls"
    except (errors.SaslAuthenticationFailed, errors.AuthenticationFailedError):
        return (
            f"it does not accept who we say we are, {ways['sasl_plain_username']!r} by {ways['sasl_mechanism']}: "
            "see [kafka] username, password_file and sasl"
        )
    except errors.UnsupportedSaslMechanismError:
        return f"it takes no {ways['sasl_mechanism']}: see [kafka] sasl"
    except (TimeoutError, ConnectionResetError, ConnectionAbortedError, errors.KafkaError) as error:
        return (
            f"it takes connections, and ends them or is silent ({type(error).__name__}): "
            "does that port want [kafka] tls or sasl, or none?"
        )
    except UnicodeError:
        return "that is no name of a host: see [kafka] brokers"
    except OSError as error:
        return f"no connection ({error.strerror or error}): see [kafka] brokers, and whether it runs"
    return None
