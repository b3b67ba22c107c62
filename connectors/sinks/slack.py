"""Slack: an alert as a Block Kit message, and the sink that posts it to an incoming webhook.

Everything an article wrote goes into `plain_text` objects, which interpret neither mentions, links nor
markup; it is escaped all the same, `&` first, and before it is cut.  The client of slack_sdk is not used:
it logs the address, which is a secret, and goes past the guarded HTTP client.  Its Block Kit models are:
they check Slack's limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from slack_sdk.models.blocks import ContextBlock, HeaderBlock, PlainTextObject, SectionBlock

from connectors.http import Response
from connectors.sinks import classify
from connectors.sinks.over_http import JSON, HttpSink, Request
from connectors.sinks.plain import clip
from connectors.sinks.telling import Point, Stand, telling
from tallywire.ports import Outcome
from tallywire.records import Alert, Severity

# Slack's limits: docs.slack.dev, "Block Kit" reference and "Sending messages using incoming webhooks".
LONGEST_HEADER = HeaderBlock.text_max_length
LONGEST_SECTION = SectionBlock.text_max_length
MOST_BLOCKS = 50
LARGEST_MESSAGE = 10_000  # characters of the whole message as JSON

_SIGNS = {
    Severity.INFO: "⚪",
    Severity.NOTICE: "🔵",
    Severity.WARNING: "🟠",
    Severity.CRITICAL: "🔴",
}
_CUT_ENTITY = re.compile(r"&(?:a(?:mp?)?|[lg]t?)?…$")


class SlackSink(HttpSink):
    """Posts alerts as Block Kit messages to an incoming webhook, each by itself: a webhook knows no threads.

    Slack has no idempotency key: a crash between its `ok` and our record of it shows the message twice, at
    most once for each crash.  The alert's id goes along as the first `block_id`, the same on every try.
    """

    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:  # noqa: ARG002 - as said
        return JSON, encode(message(alert))

    def _meaning(self, response: Response, now: datetime) -> Outcome:
        return classify.answered_by_slack(response, now)


def message(alert: Alert) -> dict[str, Any]:
    """The message for an alert, within every limit of Slack: what does not fit is left out from the end."""
    told = telling(alert)
    headline = f"{_SIGNS[alert.severity]} {told.headline}"
    more = f"and {told.more} more · " if told.more else ""
    footing = f"{more}{alert.severity.value} · {alert.at:%d %b %Y %H:%M} UTC · {alert.id}"
    head = HeaderBlock(block_id=alert.id, text=_plain(headline, LONGEST_HEADER)).to_dict()
    foot = ContextBlock(elements=[_plain(footing, LONGEST_HEADER)]).to_dict()
    frame: dict[str, Any] = {"text": _escaped(headline, LONGEST_HEADER), "mrkdwn": False}
    room = LARGEST_MESSAGE - len(_text({**frame, "blocks": [head, foot]})) - 1
    body: list[dict[str, Any]] = []
    for section in islice(_sections(told.points), MOST_BLOCKS - 2):
        block = section.to_dict()
        room -= len(_text(block)) + 1
        if room < 0:
            break
        body.append(block)
    return {**frame, "blocks": [head, *body, foot]}


def _sections(points: tuple[Point, ...]) -> Iterator[SectionBlock]:
    for point in points:
        for text in (point.because, *map(_stand, point.stands)):
            if text:  # Slack refuses a message with an empty section
                yield SectionBlock(text=_plain(text, LONGEST_SECTION))


def _stand(stand: Stand) -> str:
    head = " — ".join(filter(None, (stand.figure, stand.who)))
    return f"{head}\n“{stand.quote}”" if stand.quote else head


def _plain(text: str, most: int) -> PlainTextObject:
    return PlainTextObject(text=_escaped(text, most), emoji=False)


def _escaped(text: str, most: int) -> str:
    """Text with Slack's three control characters escaped, then cut, never inside an entity."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CUT_ENTITY.sub("…", clip(escaped, most))


def encode(value: dict[str, Any]) -> bytes:
    """A message as it is posted."""
    return _text(value).encode()


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
