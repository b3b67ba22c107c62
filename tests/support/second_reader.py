"""A second reader that stands in for a language model: speaks the protocol, and says what it is told to say."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

MODEL = "stand-in-7b"

Reply = Callable[[web.Request, list[str]], Awaitable[web.StreamResponse]]


def claim(
    quote: str, low: int | None, high: int | None, metric: str = "killed", **more: Any
) -> dict[str, Any]:
    """One claim as the schema wants it."""
    plain = {"status": "asserted", "scope": "total", "group": "", "claimant": ""}
    return {"quote": quote, "metric": metric, "low": low, "high": high, **plain, **more}


def completion(content: Any, **more: Any) -> web.Response:
    """An answer of the API with `content` as the model's words (JSON, or text as it is)."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return web.json_response(
        {"id": "c1", "object": "chat.completion", "model": MODEL, "choices": [choice], **more}
    )


def saying(*claims: dict[str, Any]) -> Reply:
    """Answers every question with the same claims."""

    async def reply(request: web.Request, sentences: list[str]) -> web.StreamResponse:
        return completion({"claims": list(claims)})

    return reply


class StandIn:
    """The server; `asked` holds the sentences of each question, `requests` what came with them."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply or saying()
        self.asked: list[list[str]] = []
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._server = TestServer(app)

    @property
    def endpoint(self) -> str:
        return str(self._server.make_url("/v1"))

    async def __aenter__(self) -> StandIn:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST" or request.path != "/v1/chat/completions":
            return web.json_response({"error": {"message": "no such method"}}, status=404)
        body = await request.json()
        schema = body["response_format"]["json_schema"]
        assert body["model"] == MODEL
        assert body["response_format"]["type"] == "json_schema"
        assert schema["strict"] is True
        assert schema["schema"]["properties"]["claims"]["items"]["additionalProperties"] is False
        assert [message["role"] for message in body["messages"]] == ["system", "user"]
        sentences = [entry["text"] for entry in json.loads(body["messages"][1]["content"])["sentences"]]
        self.asked.append(sentences)
        self.requests.append((dict(request.headers), body))
        return await self.reply(request, sentences)
