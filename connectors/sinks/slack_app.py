"""Slack, through an app's bot token: one thread a story, so that a story is one conversation.

The Web API (chat.postMessage) says what it calls a message, which an incoming webhook does not.  What is critical
is shown in the channel, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import SecretStr

from connectors.http import HttpClient, Response
from connectors.sinks import classify
from connectors.sinks.over_http import JSON, HttpSink, Request
from connectors.sinks.slack import encode, message
from tallywire.ports import Outcome
from tallywire.records import Alert, Severity

API = "https://slack.com/api"
METHOD = "/chat.postMessage"


class SlackAppSink(HttpSink):
    """Posts alerts to a channel.  As with a webhook, each crash may repeat one message, under the same id."""

    def __init__(self, name: str, url: str, http: HttpClient, *, token: str, channel: str) -> None:
        """`token` is a bot's (`xoxb-…`, scope `chat:write`), `url` the API's address, `API` unless it is another."""
        super().__init__(name, (url or API).rstrip("/") + METHOD, http)
        self._token = SecretStr(token)
        self._channel = channel

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:
        """One attempt, in the story's thread; where that can be answered no more, in a thread of its own."""
        outcome = await super().send(alert, now, thread)
        if thread is not None and classify.lost_thread(outcome):
            return await super().send(alert, now, None)
        return outcome

    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:  # noqa: ARG002 - unsigned
        headers = JSON | {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        return headers, encode(posted(alert, self._channel, thread))

    def _meaning(self, response: Response, now: datetime) -> Outcome:
        return classify.answered_by_slack_app(response, now)


def posted(alert: Alert, channel: str, thread: str | None) -> dict[str, Any]:
    """The arguments of chat.postMessage; the alert's id is in the metadata, where Slack can be asked for it."""
    told = {"alert": alert.id, "story": alert.story, "kind": alert.kind.value}
    answer = {"thread_ts": thread, "reply_broadcast": alert.severity is Severity.CRITICAL} if thread else {}
    return {
        "channel": channel,
        **message(alert),
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "tallywire_alert", "event_payload": told},
        **answer,
    }
