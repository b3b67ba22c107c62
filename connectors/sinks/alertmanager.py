"""Prometheus Alertmanager, API v2: each alert of ours fires there for an hour, and its routes do the telling.

Alertmanager knows an alert by its labels, so the id stands among them: sent twice, it is one.  What fires must end
in the future when it arrives, or it is taken as over and told to nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from pydantic import SecretStr

from connectors.http import HttpClient
from connectors.sinks.over_http import JSON, HttpSink, Request
from connectors.sinks.plain import clip, inert
from connectors.sinks.telling import spoken, telling
from tallywire.records import Alert

FIRES = timedelta(hours=1)  # longer than any usual group_wait; what we tell is an event and has no end
LONGEST = 4_000  # characters of an annotation: receivers behind Alertmanager cut there or earlier
PATH = "/api/v2/alerts"


class AlertmanagerSink(HttpSink):
    """Posts alerts to an Alertmanager, given its address (or that of its API) and perhaps a bearer token."""

    def __init__(self, name: str, url: str, http: HttpClient, *, token: str = "") -> None:
        super().__init__(name, url.rstrip("/").removesuffix(PATH) + PATH, http)
        self._token = SecretStr(token)

    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:  # noqa: ARG002 - it groups itself
        token = self._token.get_secret_value()
        headers = JSON | ({"Authorization": f"Bearer {token}"} if token else {})
        return headers, msgspec.json.encode([posted(alert, now)])


def posted(alert: Alert, now: datetime) -> dict[str, object]:
    """The alert as `postableAlert` of Alertmanager's OpenAPI; its texts go on to services that obey markup."""
    told = telling(alert)
    return {
        "labels": {
            "alertname": alert.kind.value,
            "job": "tallywire",
            "severity": alert.severity.value,
            "story": alert.story,
            "alert": alert.id,
        },
        "annotations": {
            "summary": clip(inert(told.headline), LONGEST),
            "description": clip(inert(spoken(told)), LONGEST),
        },
        "startsAt": alert.at,
        "endsAt": max(alert.at, now) + FIRES,
    }
