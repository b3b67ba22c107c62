"""The second reader's connector keeps the promises of `ports.Extractor`, against a real server."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from connectors.extractors.openai import OpenAiExtractor
from connectors.http import LARGEST_ANSWER, HttpClient
from tallywire.ports import CAUSES, Answer, Extractor
from tallywire.records import Metric, Question, Scope, Status, Suggestion
from tests.support.second_reader import MODEL, StandIn, claim, completion, saying

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
KEY = "sk-T0pS3cret"
SENTENCE = "For at least 17 pilgrims the road ended in death."
QUESTION = Question(language="en", sentences=(SENTENCE,))


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as stand_in:
        yield stand_in


async def ask(
    server: StandIn, question: Question = QUESTION, *, key: str = KEY, total: float = 5.0
) -> Answer:
    http = HttpClient(allow_networks=["127.0.0.0/8"], total=total, idle=total)
    extractor = OpenAiExtractor(server.endpoint, MODEL, http, key)
    assert isinstance(extractor, Extractor)
    assert extractor.name == MODEL
    try:
        return await extractor.ask(question, NOW)
    finally:
        await extractor.close()


async def test_it_asks_as_the_protocol_says_and_reads_the_answer(server):
    server.reply = saying(
        claim("at least 17 pilgrims", 17, None, status="feared", scope="background", group="pilgrims"),
        claim("death", 0, 0, "injured", claimant="the mayor"),
    )
    answer = await ask(server)
    assert answer.suggestions == (
        Suggestion(
            quote="at least 17 pilgrims", metric=Metric.KILLED, low=17, high=None,
            status=Status.FEARED, scope=Scope.BACKGROUND, group="pilgrims",
        ),
        Suggestion(quote="death", metric=Metric.INJURED, low=0, high=0, claimant="the mayor"),
    )  # fmt: skip
    headers, body = server.requests[0]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert server.asked == [[SENTENCE]]
    assert KEY not in json.dumps(body)


async def test_without_a_key_it_sends_none(server):
    assert (await ask(server, key="")).suggestions == ()
    assert "Authorization" not in server.requests[0][0]


async def test_an_address_may_end_with_a_slash_and_a_temperature_is_sent_where_it_is_given(server):
    http = HttpClient(allow_networks=["127.0.0.0/8"])
    for temperature in (None, 0.0):
        extractor = OpenAiExtractor(f"{server.endpoint}/", MODEL, http, temperature=temperature)
        assert (await extractor.ask(QUESTION, NOW)).suggestions == ()
    await http.close()
    assert "temperature" not in server.requests[0][1]
    assert server.requests[1][1]["temperature"] == 0


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "I am sorry, I cannot do that.",
        '{"claims": [',
        "[]",
        {"claims": {}},
        {"figures": []},
        {"claims": ["17"]},
        {"claims": [{"quote": "17", "metric": "killed"}]},
        {"claims": [claim("17", 17, 17, "deaths")]},
        {"claims": [claim("17", 17, 17) | {"low": "17"}]},
        {"claims": [claim("17", -17, 17)]},
        {"claims": [claim("17", 10**40, None)]},
        {"claims": [claim("17", 17, 17, status="certain")]},
        {"claims": [claim("x" * 5_000, 17, 17)]},
        {"claims": [claim("17", 17, 17)] * 300},
        '{"claims": [{"quote": "\\ud800", "metric": "killed", "low": 1, "high": 1}]}',
        "[" * 100_000,
    ],
)
async def test_what_is_no_claim_of_the_schema_is_no_answer(server, content):
    async def reply(request: web.Request, sentences: list[str]) -> web.Response:
        return completion(content)

    server.reply = reply
    answer = await ask(server)
    assert (answer.suggestions, answer.cause) == (None, "malformed")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"{}", b'{"choices": []}', b'{"choices": [{}]}', b"\xff\xfe{}"]
)
async def test_what_is_no_completion_is_no_answer(server, body):
    async def reply(request: web.Request, sentences: list[str]) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    server.reply = reply
    assert (await ask(server)).cause == "malformed"


async def test_an_answer_without_end_is_cut_and_no_answer(server):
    async def reply(request: web.Request, sentences: list[str]) -> web.Response:
        return completion({"claims": [claim("17", 17, 17, group="x" * 1_000)] * (LARGEST_ANSWER // 500)})

    server.reply = reply
    assert (await ask(server)).cause == "malformed"


@pytest.mark.parametrize(
    ("status", "cause", "lasting"),
    [
        (301, "failed", True),
        (307, "failed", True),
        (400, "failed", False),
        (401, "failed", True),
        (403, "failed", True),
        (404, "failed", True),
        (413, "failed", False),
        (429, "busy", False),
        (500, "failed", False),
        (502, "failed", False),
        (503, "busy", False),
    ],
)
async def test_a_status_says_why_there_is_no_answer(server, status, cause, lasting):
    async def reply(request: web.Request, sentences: list[str]) -> web.Response:
        headers = {"Retry-After": "7", "Location": f"{server.endpoint}/elsewhere"}
        return web.Response(status=status, headers=headers, text=f"bad key {KEY} for {sentences[0]}")

    server.reply = reply
    answer = await ask(server)
    assert (answer.suggestions, answer.cause, answer.lasting) == (None, cause, lasting)
    assert str(status) in answer.says
    assert answer.retry_after == (7.0 if cause == "busy" else None)
    assert len(server.asked) == 1  # a redirect is not followed


async def stalls(request: web.Request, sentences: list[str]) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError


async def dribbles(request: web.Request, sentences: list[str]) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def hangs_up(request: web.Request, sentences: list[str]) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("reply", "cause"), [(stalls, "timeout"), (dribbles, "timeout"), (hangs_up, "unreachable")]
)
async def test_it_does_not_wait_for_ever(server, reply, cause):
    server.reply = reply
    assert (await ask(server, total=0.3)).cause == cause


async def test_nobody_there_is_no_answer():
    async with StandIn() as server:
        pass
    http = HttpClient(allow_networks=["127.0.0.0/8"])
    answer = await OpenAiExtractor("http://127.0.0.1:9/v1", MODEL, http).ask(QUESTION, NOW)
    await http.close()
    assert (answer.suggestions, answer.cause, server.asked) == (None, "unreachable", [])


async def test_a_private_network_is_reached_on_purpose_only(server):
    async with HttpClient() as http:
        answer = await OpenAiExtractor(server.endpoint, MODEL, http, KEY).ask(QUESTION, NOW)
    assert (answer.cause, answer.lasting) == ("unreachable", True)
    assert "allow_networks" in answer.says
    assert server.asked == []


@pytest.mark.parametrize("text", ["lone \ud800 surrogate", 'quote " and \\ and \x00', "東京"])
async def test_any_sentence_can_be_asked_about(server, text):
    assert (await ask(server, Question(language="en", sentences=(text,)))).suggestions == ()
    assert server.asked == [[text]]


async def test_neither_the_key_nor_the_text_is_in_what_it_says(server, caplog):
    caplog.set_level(logging.DEBUG)
    said: list[Any] = []
    for status in (200, 301, 400, 401, 429, 500):

        async def reply(request: web.Request, sentences: list[str], status: int = status) -> web.Response:
            return web.Response(status=status, text=f"{request.headers['Authorization']} {sentences}")

        server.reply = reply
        said.append(await ask(server))
    said.append(await ask(server, key="two\nlines"))
    assert all(answer.cause in CAUSES for answer in said)
    http = HttpClient()
    said.append(vars(OpenAiExtractor(server.endpoint, MODEL, http, KEY)))
    assert KEY not in repr(said) + caplog.text
    assert SENTENCE not in repr(said) + caplog.text
