"""What an answer means for the next try: the one place where HTTP becomes an Outcome.

| answer                               | verdict   | why                                                 |
|--------------------------------------|-----------|-----------------------------------------------------|
| 2xx                                  | delivered | Standard Webhooks 1.0; of Slack, 200 with `ok` only |
| 408, 425, 429, 5xx                   | retry     | about this moment; Retry-After (RFC 9110) is kept   |
| 410                                  | gone      | it wants no more messages (Standard Webhooks 1.0)   |
| 3xx and the other 4xx                | rejected  | the same request would be answered the same way     |
| no answer (timeout, cut, refused, …) | retry     | nothing is known to have arrived                    |
| an address that may not be used      | rejected  | only the configuration can mend it                  |

What an Outcome says names the status and at most a well-known error word, never an address or a body: both
can hold secrets.
"""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus

from connectors.http import HttpFailure, Response
from tallywire.ports import Outcome, Verdict

_PASSING = frozenset({408, 425, 429})
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


def failed(failure: HttpFailure) -> Outcome:
    """The meaning of having got no answer."""
    verdict = Verdict.REJECTED if failure.lasting else Verdict.RETRY
    return Outcome(verdict=verdict, says=failure.says)


def _words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
