"""A broker that wants TLS and a password: every command speaks to it, and says what is wrong where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from connectors.kafka.access import Access
from connectors.kafka.diagnosis import silence
from examples.receiver import Receiver
from streams.archive import Database
from tallywire.errors import StateError
from tests.support import broker, monitor
from tests.support.archived import rows
from tests.support.feeds import Feeds
from tests.support.gorge import articles as gorge
from tests.support.installation import Installation
from tools.kafka import Cluster
from tools.kafka_security import PASSWORD, SCRAM, USER

EVERYTHING = """
[log]
level = "debug"
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    broker.skip_without_a_broker()
    with Cluster(secured=True) as started:
        yield started


def way(cluster: Cluster, folder: Path, mechanism: str = SCRAM[0], **other: str) -> str:
    """The lines of [kafka] that lead to the broker, with some that do not."""
    (folder / "word").write_text(other.pop("password", PASSWORD) + "\n")
    lines = {
        "tls": "true",
        "ca_file": f'"{cluster.security.ca_file}"',
        "sasl": f'"{mechanism}"',
        "username": f'"{USER}"',
        "password_file": '"word"',
    }
    return "".join(f"{key} = {value}\n" for key, value in (lines | other).items() if value)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_news_goes_all_the_way_and_the_password_into_no_log(cluster, prefix, tmp_path, mechanism):
    archive = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    async with Feeds() as feeds, Receiver(tmp_path / "received.jsonl") as receiver:
        more = way(cluster, tmp_path, mechanism) + EVERYTHING
        more += f'[[feeds]]\nurl = "{feeds.url("gorge")}"\n[archive]\nurl = "{archive}"\nkeep = "3650d"\n'
        more += f'[[destinations]]\nname = "hook"\nkind = "webhook"\nurl = "{receiver.url}"\n'
        async with Installation(tmp_path, cluster.secured_brokers, prefix, 1, more) as kafka:
            await kafka.worker()
            others = [await kafka.command(name) for name in ("deliver", "archive", "connect")]
            for article in gorge():
                feeds.publish(
                    "gorge", msgspec.structs.replace(article, url=f"https://g.example/{article.id}")
                )
            async with asyncio.timeout(90):
                while not (receiver.ids and archived(archive) >= len(receiver.ids)):
                    assert all(one.returncode is None for one in (*kafka.workers, *others)), logs(kafka)
                    await asyncio.sleep(0.2)
            assert [await kafka.stop(one) for one in (*kafka.workers, *others)] == [0, 0, 0, 0]
        assert PASSWORD not in logs(kafka)
        assert "Traceback" not in logs(kafka)


async def test_one_broker_that_answers_will_do(cluster):
    way = Access(
        brokers=("127.0.0.1:1", cluster.secured_brokers),
        tls=True,
        ca_file=cluster.security.ca_file,
        sasl="PLAIN",
        username=USER,
        password=PASSWORD,
    )
    assert await silence(way.brokers, way.options()) is None
    assert await silence(way.brokers[:1], way.options()) is not None


def archived(url: str) -> int:
    """How many alerts an archive has, once there is one."""
    with suppress(StateError), Database(url).reading() as connection:
        return len(rows(connection)["alerts"])
    return 0


def logs(kafka: Installation) -> str:
    """Everything that was said, whole."""
    return "".join(path.read_text() for path in sorted(kafka.folder.glob("*.log")))


WRONG = {
    "does not accept who we say we are, 'tallywire' by SCRAM-SHA-256: see [kafka]": {"password": "another"},
    "'tallywire' by PLAIN: see [kafka] username, password_file": {
        "mechanism": "PLAIN",
        "password": "another",
    },
    "does not accept who we say we are, 'nobody' by": {"username": '"nobody"'},
    "its certificate is not trusted (unable to get local issuer certificate): [kafka] ca_file": {
        "ca_file": ""
    },
    "does that port want [kafka] tls": {"tls": "false", "ca_file": ""},
    "does that port want [kafka] tls or sasl": {"sasl": '""', "username": "", "password_file": ""},
    "ends them or is silent (ConnectionResetError): does that port want [kafka] tls or sasl, or none": {
        "brokers": "plain"
    },
}


async def test_a_way_that_does_not_lead_there_is_named_with_its_remedy(cluster, tmp_path):
    async def said(number: int, wrong: dict[str, str]) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        config, lines = folder / "tallywire.toml", dict(wrong)
        at = cluster.brokers if lines.pop("brokers", "") else cluster.secured_brokers
        config.write_text(f'[kafka]\nbrokers = ["{at}"]\n{way(cluster, folder, **lines)}')
        process = await monitor.start(config, "worker")
        _, words = await process.communicate()
        assert process.returncode == 1
        assert at in words.decode()
        return words.decode()

    found = await asyncio.gather(*(said(number, wrong) for number, wrong in enumerate(WRONG.values())))
    for expected, words in zip(WRONG, found, strict=True):
        assert expected in words
        assert "Traceback" not in words
        assert "another" not in words
