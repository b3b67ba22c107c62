"""Discord, through a channel's webhook: each alert as an embed that mentions nobody.

Discord reads markup and links in embeds, so what an article wrote goes there in letters that it only shows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from connectors.sinks.over_http import JSON, HttpSink, Request
from connectors.sinks.plain import clip, inert
from connectors.sinks.telling import spoken, telling
from tallywire.records import Alert, Severity

# Limits of an embed: discord.com/developers, "Message" resource.
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 4_096

_COLOURS = {
    Severity.INFO: 0x95A5A6,
    Severity.NOTICE: 0x3498DB,
    Severity.WARNING: 0xE67E22,
    Severity.CRITICAL: 0xE74C3C,
}


class DiscordSink(HttpSink):
    """Posts alerts to a webhook.  Discord has no idempotency key for them: the footer holds the alert's id."""

    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:  # noqa: ARG002 - knows none
        return JSON, msgspec.json.encode(message(alert))


def message(alert: Alert) -> dict[str, Any]:
    """The message for an alert, within Discord's limits."""
    told = telling(alert)
    embed = {
        "title": clip(inert(told.headline), LONGEST_TITLE),
        "description": clip(inert(spoken(told)), LONGEST_DESCRIPTION),
        "timestamp": alert.at,
        "color": _COLOURS[alert.severity],
        "footer": {"text": f"{alert.severity.value} · {alert.id}"},
    }
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}
