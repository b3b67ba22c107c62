"""`tallywire topics`: what is made is right, and what is not right is named with its remedy."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from typer.testing import CliRunner

from streams import codec
from tallywire.cli import app
from tallywire.errors import BrokerError, ConfigError
from tallywire.records import DeadLetter
from tests.support import topics

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def config_of(folder, brokers, prefix, more=""):
    path = folder / "tallywire.toml"
    path.write_text(f'[kafka]\nbrokers = ["{brokers}"]\nprefix = "{prefix}"\npartitions = 2\n{more}')
    return path


@pytest.fixture
def config(brokers, tmp_path, prefix):
    return config_of(tmp_path, brokers, prefix)


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_missing_topics_are_named_then_made_then_right(config):
    before = call("topics", "check", "--config", config)
    assert isinstance(before.exception, BrokerError)
    assert "articles is missing: run `tallywire topics create`" in str(before.exception)
    made = call("topics", "create", "--config", config)
    assert made.exit_code == 0, made.exception
    assert "reconcile-states" in made.output
    assert "topics as they should be" in call("topics", "check", "--config", config).output


def test_making_twice_is_making_once(config):
    assert call("topics", "create", "--config", config).exit_code == 0
    again = call("topics", "create", "--config", config)
    assert again.exit_code == 0
    assert "made" not in again.output


async def test_a_topic_with_other_partitions_or_settings_is_refused_with_the_remedy(brokers, config, prefix):
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    name = f"{prefix}updates"
    await admin.create_topics([NewTopic(name, 3, 1, topic_configs={"retention.ms": "1000"})])
    await admin.close()
    done = call("topics", "create", "--config", config)
    said = str(done.exception)
    assert f"topic {name} has 3 partitions where [kafka] partitions says 2: set it to 3" in said
    mended = f"kafka-configs --bootstrap-server {brokers} --alter --topic {name} --add-config retention.ms=2592000000"
    assert f"topic {name} has retention.ms=1000 where 2592000000 is wanted: {mended}" in said
    assert "alerts" not in said


def test_more_copies_than_there_are_brokers_is_a_mistake_with_its_remedy(brokers, tmp_path, prefix):
    done = call("topics", "create", "--config", config_of(tmp_path, brokers, prefix, "replication = 7"))
    assert isinstance(done.exception, BrokerError)
    first, *_ = str(done.exception).splitlines()
    assert first.startswith(f"topic {prefix}articles cannot be made: ")
    assert first.endswith("lower [kafka] replication, or add brokers")


def test_certificates_that_are_not_there_are_named(tmp_path):
    config = config_of(tmp_path, "127.0.0.1:9", "x.", 'tls = true\nca_file = "none.pem"')
    done = call("topics", "check", "--config", config)
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == (
        f"[kafka] ca_file {tmp_path / 'none.pem'}: cannot be used: No such file or directory"
    )


@pytest.mark.parametrize("command", ["dead-letters", "mutes"])
def test_a_list_of_topics_that_are_not_there_is_not_an_empty_one(config, command, prefix):
    arguments = ("dead-letters", "list") if command == "dead-letters" else ("mutes",)
    done = call(*arguments, "--kafka", "--config", config)
    assert isinstance(done.exception, BrokerError)
    assert f"topic {prefix}{command} is missing" in str(done.exception)
    assert "[kafka] prefix" in str(done.exception)


async def test_a_topic_is_read_whole_though_the_configuration_knows_of_fewer_partitions(
    brokers, config, tmp_path, prefix
):
    assert call("topics", "create", "--config", config).exit_code == 0
    letters = [DeadLetter(id=f"d{n}", stage="feed", key="", cause="x", at=NOW, payload="") for n in range(20)]
    await topics.send(
        brokers,
        f"{prefix}dead-letters",
        *((one.id, codec.encode(one), None) for one in letters),
        ("", b"none", None),
    )
    config.write_text(config.read_text().replace("partitions = 2", "partitions = 1"))
    done = await asyncio.to_thread(call, "dead-letters", "list", "--json", "--kafka", "--config", config)
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == {one.id for one in letters}
    assert "not a DeadLetter record" in done.stderr


def test_a_cluster_that_is_not_there_is_an_error_with_its_address(tmp_path):
    config = config_of(tmp_path, "127.0.0.1:9", "x.")
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", "topics", "check", "--config", config],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('sasl = "PLAIN"', "needs username"),
        ('key_file = "key.pem"', "go together"),
        ('ca_file = "ca.pem"', "tls = true"),
    ],
)
def test_half_a_way_to_the_brokers_is_a_mistake(tmp_path, line, says):
    done = call("topics", "check", "--config", config_of(tmp_path, "127.0.0.1:9", "x.", line))
    assert isinstance(done.exception, ConfigError)
    assert says in str(done.exception)
