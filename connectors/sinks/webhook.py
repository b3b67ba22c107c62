"""The generic webhook, by Standard Webhooks 1.0: an alert as signed JSON in a POST, bare or as a CloudEvent."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from connectors.http import HttpClient
from connectors.sinks.over_http import HttpSink, Request
from tallywire.errors import ConfigError
from tallywire.records import Alert

Format = Literal["standard", "cloudevents"]
SOURCE = "urn:tallywire"  # an alert's id is the same wherever the same articles were read


class WebhookSink(HttpSink):
    """Posts alerts.  The receiver drops repeats by `webhook-id`, which is the alert's id on every try."""

    def __init__(
        self,
        name: str,
        url: str,
        http: HttpClient,
        encode: Callable[[Alert], bytes],
        *,
        secret: str = "",
        form: Format = "standard",
    ) -> None:
        """`secret` is `whsec_` and base64; an empty one sends unsigned.  Raises `ConfigError` otherwise."""
        super().__init__(name, url, http)
        self._signer = _signer(name, secret) if secret else None
        self._encode = encode
        self._form = form

    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:  # noqa: ARG002 - knows none
        """Signed for `now`: receivers refuse a timestamp that is minutes off."""
        body, kind = self._encode(alert), "application/json"
        if self._form == "cloudevents":
            body, kind = cloud_event(alert, body), "application/cloudevents+json; charset=utf-8"
        headers = {
            "Content-Type": kind,
            "webhook-id": alert.id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._signer is not None:
            headers["webhook-signature"] = self._signer.sign(alert.id, now, body.decode())
        return headers, body


def cloud_event(alert: Alert, data: bytes) -> bytes:
    """The alert, whose JSON is `data`, as a CloudEvent in structured JSON (cloudevents.io, version 1.0.2)."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": alert.id,
            "source": SOURCE,
            "type": f"tallywire.alert.{alert.kind.value}",
            "subject": alert.story,
            "time": alert.at,
            "datacontenttype": "application/json",
            "severity": alert.severity.value,
            "data": msgspec.Raw(data),
        }
    )


def _signer(name: str, secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (binascii.Error, EmptyWebhookSecretError, ValueError):
        raise ConfigError(
            f'destination {name!r}: secret should be "whsec_" and base64, as the receiver shows it'
        ) from None
