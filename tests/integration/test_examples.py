"""The sample story's server and the webhook receiver are what they say: real feeds, a durable receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from standardwebhooks import Webhook

from connectors.sources.articles import read_articles
from connectors.sources.parse import read_feed
from connectors.sources.parsed import Job
from examples import feeds
from examples.receiver import Receiver
from examples.server import SampleStory
from examples.story import ARTICLES, load
from tallywire.records import Article

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "whsec_c2VjcmV0LXNpZ25pbmcta2V5LW9mLXRlc3Rz"


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class TestStory:
    def test_has_the_outlets_and_formats_of_a_small_country(self) -> None:
        story = load()
        formats = Counter(outlet.format for outlet in story.outlets)
        assert formats["rss"] >= 4
        assert formats["atom"] >= 2
        assert formats["json"] >= 1
        assert {outlet.encoding for outlet in story.outlets} == {"utf-8", "windows-1252"}

    def test_each_step_changes_one_feed_and_time_goes_forward(self) -> None:
        story = load()
        assert [item.step for item in story.items] == list(range(1, story.steps + 1))
        assert all(one.published < other.published for one, other in pairwise(story.items))

    def test_two_articles_are_edited_in_place(self) -> None:
        addresses = Counter(item.url for item in load().items)
        assert sorted(addresses.values())[-3:] == [1, 2, 2]

    def test_feeds_say_the_same_as_the_file_for_replay(self) -> None:
        story = load()
        with ARTICLES.open("rb") as lines:
            expected = {
                article.id: article
                for article in read_articles(lines, "file")
                if isinstance(article, Article)
            }
        read = {}
        for outlet in story.outlets:
            for step in range(story.steps + 1):
                data = feeds.render(outlet, story.entries(outlet, step))
                parsed = read_feed(
                    Job(data=data, content_type=feeds.TYPES[outlet.format], now=NOW, arrived=NOW)
                )
                assert parsed.fault is None
                assert not parsed.problems
                read |= {article.id: article for article in parsed.articles}
        seen = ("title", "body", "outlet", "url", "published", "byline")
        assert read.keys() == expected.keys()
        for name, article in read.items():
            assert [getattr(article, field) for field in seen] == [
                getattr(expected[name], field) for field in seen
            ]


class TestServer:
    async def test_an_answer_has_validators_that_spare_the_next_one(
        self, client: aiohttp.ClientSession
    ) -> None:
        async with SampleStory() as story:
            url = story.feeds[0]
            async with client.get(url) as answer:
                assert answer.status == 200
                tag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
            for headers, status in [
                ({"If-None-Match": tag}, 304),
                ({"If-None-Match": f'"other", W/{tag}'}, 304),
                ({"If-None-Match": '"other"'}, 200),
                ({"If-None-Match": '"other"', "If-Modified-Since": date}, 200),
                ({"If-Modified-Since": date}, 304),
                ({"If-Modified-Since": "Mon, 08 Apr 2024 00:00:00 GMT"}, 200),
                ({"If-Modified-Since": "yesterday"}, 200),
            ]:
                async with client.get(url, headers=headers) as answer:
                    assert answer.status == status, headers
                    assert answer.headers["ETag"] == tag

    async def test_the_story_waits_until_what_changed_is_known_to_be_kept(
        self, client: aiohttp.ClientSession
    ) -> None:
        async with SampleStory() as story:
            tags = {}
            for url in story.feeds:
                async with client.get(url) as answer:
                    tags[url] = answer.headers["ETag"]
            assert story.status["step"] == 0
            for url, tag in tags.items():
                assert story.status["step"] == 0
                await client.get(url, headers={"If-None-Match": tag})
            assert story.status["step"] == 1
            for url, tag in tags.items():  # a reader that was killed before it kept the new version
                await client.get(url, headers={"If-None-Match": tag})
            assert story.status["step"] == 1

    async def test_a_polite_reader_sees_every_version_to_the_end(self, client: aiohttp.ClientSession) -> None:
        async with SampleStory() as story:
            tags: dict[str, str] = {}
            versions = 0
            while not story.status["done"]:
                for url in story.feeds:
                    async with client.get(url, headers={"If-None-Match": tags.get(url, '""')}) as answer:
                        tags[url] = answer.headers["ETag"]
                        versions += answer.status == 200
            await story.finished()
            async with client.get(f"{story.base}/status") as answer:
                assert await answer.json() == {"step": 55, "steps": 55, "done": True}
        assert versions == len(story.feeds) + 55

    async def test_the_clock_releases_by_itself(self, client: aiohttp.ClientSession) -> None:
        async with SampleStory(pace="clock", seconds=0.05) as story:
            while story.status["step"] != story.status["steps"]:
                await client.get(f"{story.base}/status")
            assert not story.status["done"]
            for url in story.feeds:
                async with client.get(url) as answer:
                    tag = answer.headers["ETag"]
                await client.get(url, headers={"If-None-Match": tag})
            await story.finished()


class TestReceiver:
    async def post(
        self, client: aiohttp.ClientSession, receiver: Receiver, key: str, signed: str = KEY
    ) -> int:
        body, now = f'{{"id":"{key}"}}', datetime.now(UTC)
        headers = {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(signed).sign(key, now, body),
        }
        async with client.post(receiver.url, data=body, headers=headers) as answer:
            return answer.status

    async def test_keeps_ids_across_restarts_and_counts_repeats(
        self, client: aiohttp.ClientSession, tmp_path: Path
    ) -> None:
        path = tmp_path / "received.jsonl"
        async with Receiver(path, secret=KEY) as receiver:
            assert [await self.post(client, receiver, key) for key in ("a", "b", "a")] == [204] * 3
        async with Receiver(path, secret=KEY) as receiver:
            assert await self.post(client, receiver, "b") == 204
            assert receiver.ids == ["a", "b"]
            assert receiver.repeats == 2
            assert [message["id"] for message in receiver.messages()] == ["a", "b", "a", "b"]

    async def test_refuses_a_forged_message(self, client: aiohttp.ClientSession, tmp_path: Path) -> None:
        async with Receiver(tmp_path / "received.jsonl", secret=KEY) as receiver:
            assert await self.post(client, receiver, "a", signed="whsec_Zm9yZ2Vk") == 401
            assert receiver.ids == []
            assert receiver.refused == 1

    async def test_fails_for_a_while_when_told_to(
        self, client: aiohttp.ClientSession, tmp_path: Path
    ) -> None:
        async with Receiver(tmp_path / "received.jsonl") as receiver:
            receiver.fail(2)
            assert [await self.post(client, receiver, "a") for _ in range(3)] == [500, 500, 204]
            assert receiver.ids == ["a"]
