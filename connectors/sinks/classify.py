"""What an answer means for the next try: the one place where answers become an Outcome.

| answer                               | verdict   | why                                                 |
|--------------------------------------|-----------|-----------------------------------------------------|
| 2xx                                  | delivered | Standard Webhooks 1.0; of Slack, 200 with `ok` only |
| 408, 425, 429, 5xx                   | retry     | about this moment; Retry-After (RFC 9110) is kept   |
| 410                                  | gone      | it wants no more messages (Standard Webhooks 1.0)   |
| 3xx and the other 4xx                | rejected  | the same request would be answered the same way     |
| no answer (timeout, cut, refused, …) | retry     | nothing is known to have arrived                    |
| an address that may not be used      | rejected  | only the configuration can mend it                  |
| Slack's `"ok": false`                | by its word | docs.slack.dev, "chat.postMessage", errors        |
| mail: 2xx, 4xx, 5xx                  | delivered, retry, rejected | RFC 5321 section 4.2.1             |

What an Outcome says names the status and at most a well-known error word, never an address or a body: both
can hold secrets.
"""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus

import msgspec

from connectors.http import HttpFailure, Response
from tallywire.ports import Outcome, Verdict

_PASSING = frozenset({408, 425, 429})
# Slack's words for what is about this moment, for what ends the app's right to post, and for a thread that takes
# no answers.
_PASSING_WORDS = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error",
     "service_unavailable", "request_timeout", "team_added_to_org", "external_channel_migrating"}
)  # fmt: skip
_GONE_WORDS = frozenset({"account_inactive", "token_revoked"})
_THREAD_WORDS = frozenset({"cannot_reply_to_message", "thread_not_found"})
_ERROR_WORD = re.compile(r"[a-z][a-z0-9_]{1,60}")
_SLACK_WORD = re.compile(rb"[a-z]+(?:_[a-z]+)+")  # "invalid_payload", "channel_is_archived"


def answered(response: Response, now: datetime) -> Outcome:
    """The meaning of an answer that came at `now` (UTC)."""
    status = response.status
    says = f"answered {_words(status)}"
    if 200 <= status < 300:
        return Outcome(verdict=Verdict.DELIVERED, says=says)
    if status == 410:
        return Outcome(verdict=Verdict.GONE, says=f"{says}: it wants no more messages")
    if status in _PASSING or status >= 500:
        return Outcome(verdict=Verdict.RETRY, says=says, retry_after=response.retry_after(now))
    if 300 <= status < 400:
        says = f"{says}: redirects are not followed, give the address it moved to"
    return Outcome(verdict=Verdict.REJECTED, says=says)


def answered_by_slack(response: Response, now: datetime) -> Outcome:
    """The meaning of an answer of a Slack incoming webhook, which says `ok` or its error in one word."""
    outcome = answered(response, now)
    body = response.body.strip()
    if outcome.verdict is Verdict.DELIVERED and (response.status != 200 or body != b"ok"):
        return Outcome(verdict=Verdict.REJECTED, says=f"{outcome.says}, but not the `ok` of a Slack webhook")
    if outcome.verdict is not Verdict.DELIVERED and len(body) <= 60 and _SLACK_WORD.fullmatch(body):
        return Outcome(
            verdict=outcome.verdict, says=f"{outcome.says}, {body.decode()}", retry_after=outcome.retry_after
        )
    return outcome


def answered_by_slack_app(response: Response, now: datetime) -> Outcome:
    """The meaning of an answer of Slack's Web API: success or not stands in the body, under status 200."""
    outcome = answered(response, now)
    if outcome.verdict is not Verdict.DELIVERED:
        return outcome
    try:
        said = msgspec.json.decode(response.body, type=_Said)
    except msgspec.DecodeError:
        return Outcome(
            verdict=Verdict.REJECTED, says=f"{outcome.says}, but not in the words of Slack's Web API"
        )
    if said.ok:
        return msgspec.structs.replace(outcome, thread=said.thread)
    word = said.error if _ERROR_WORD.fullmatch(said.error) else "an error without a word"
    verdict = Verdict.REJECTED
    if word in _PASSING_WORDS:
        verdict = Verdict.RETRY
    elif word in _GONE_WORDS:
        verdict = Verdict.GONE
    return Outcome(verdict=verdict, says=f"{outcome.says}, {word}", retry_after=response.retry_after(now))


def lost_thread(outcome: Outcome) -> bool:
    """Whether Slack's Web API refused a message only because its thread takes no answers."""
    return outcome.says.rpartition(", ")[2] in _THREAD_WORDS


def answered_by_mail(code: int, step: str) -> Outcome:
    """The meaning of a mail server's reply that ended an attempt at `step`, or of its acceptance."""
    if 200 <= code < 300:
        return Outcome(verdict=Verdict.DELIVERED, says=f"{step} answered {code}")
    verdict = Verdict.REJECTED if 500 <= code < 600 else Verdict.RETRY
    return Outcome(verdict=verdict, says=f"{step} answered {code}")


def failed(failure: HttpFailure) -> Outcome:
    """The meaning of having got no answer."""
    verdict = Verdict.REJECTED if failure.lasting else Verdict.RETRY
    return Outcome(verdict=verdict, says=failure.says)


class _Message(msgspec.Struct):
    thread_ts: str | None = None  # of an answer, the message that its thread began with


class _Said(msgspec.Struct):
    ok: bool
    error: str = ""
    ts: str | None = None
    message: _Message | None = None

    @property
    def thread(self) -> str | None:
        """What Slack calls the thread that the message is in, or has begun."""
        return (self.message.thread_ts if self.message else None) or self.ts


def _words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
