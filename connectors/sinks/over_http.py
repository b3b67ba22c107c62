"""What sinks over HTTP share: one POST through the guarded client, its answer classified in one place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sinks import classify
from tallywire.ports import Outcome
from tallywire.records import Alert

JSON = {"Content-Type": "application/json; charset=utf-8"}
Request = tuple[Mapping[str, str], bytes]  # headers and body


class HttpSink(ABC):
    """A sink that posts to one address, which is a secret."""

    def __init__(self, name: str, url: str, http: HttpClient) -> None:
        self._name = name
        self._url = SecretStr(url)
        self._http = http

    @property
    def name(self) -> str:
        """The destination's name."""
        return self._name

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:
        """One attempt."""
        headers, body = self._request(alert, now, thread)
        try:
            response = await self._http.post(self._url.get_secret_value(), headers, body)
        except HttpFailure as failure:
            return classify.failed(failure)
        return self._meaning(response, now)

    async def close(self) -> None:  # noqa: B027 - not every sink has something to close
        """Nothing of its own: the HTTP client is shared."""

    @abstractmethod
    def _request(self, alert: Alert, now: datetime, thread: str | None) -> Request:
        """What is posted for `alert`."""

    def _meaning(self, response: Response, now: datetime) -> Outcome:
        """What an answer means for the next try."""
        return classify.answered(response, now)
