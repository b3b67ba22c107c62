"""The generic webhook, by Standard Webhooks 1.0: an alert as signed JSON in a POST."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from connectors.http import HttpClient, HttpFailure
from connectors.sinks import classify
from tallywire.errors import ConfigError
from tallywire.ports import Outcome
from tallywire.records import Alert


class WebhookSink:
    """Posts alerts.  The receiver drops repeats by `webhook-id`, which is the alert's id on every try."""

    def __init__(
        self, name: str, url: str, secret: str, http: HttpClient, encode: Callable[[Alert], bytes]
    ) -> None:
        """`secret` is `whsec_` and base64; an empty one sends unsigned.  Raises `ConfigError` otherwise."""
        self._name = name
        self._url = SecretStr(url)
        self._signer = _signer(name, secret) if secret else None
        self._http = http
        self._encode = encode

    @property
    def name(self) -> str:
        """The destination's name."""
        return self._name

    async def send(self, alert: Alert, now: datetime) -> Outcome:
        """One attempt, signed for `now`: receivers refuse a timestamp that is minutes off."""
        body = self._encode(alert)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": alert.id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._signer is not None:
            headers["webhook-signature"] = self._signer.sign(alert.id, now, body.decode())
        try:
            response = await self._http.post(self._url.get_secret_value(), headers, body)
        except HttpFailure as failure:
            return classify.failed(failure)
        return classify.answered(response, now)

    async def close(self) -> None:
        """Nothing of its own: the HTTP client is shared."""


def _signer(name: str, secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (binascii.Error, EmptyWebhookSecretError, ValueError):
        raise ConfigError(
            f'destination {name!r}: secret should be "whsec_" and base64, as the receiver shows it'
        ) from None
