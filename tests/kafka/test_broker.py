"""The broker that tests and developers start is a real one, and its nodes can be ended and brought back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.support.broker import skip_without_a_broker
from tools.kafka import Cluster, jars


async def make_topic(brokers: str, name: str, replication: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=replication)])
    await admin.close()


async def send(brokers: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=brokers, compression_type="lz4", acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def received(brokers: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(topic, bootstrap_servers=brokers, auto_offset_reset="earliest") as consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def test_what_is_sent_to_the_shared_broker_is_received(brokers, request):
    await make_topic(brokers, request.node.name, 1)
    await send(brokers, request.node.name, b"one")
    assert await received(brokers, request.node.name, 1) == [b"one"]


async def test_three_nodes_keep_a_record_through_the_loss_of_one_and_its_return():
    skip_without_a_broker()
    with Cluster(nodes=3) as cluster:
        await make_topic(cluster.brokers, "kept", 3)
        await send(cluster.brokers, "kept", b"one")
        cluster.nodes[0].kill()
        assert await received(cluster.brokers, "kept", 1) == [b"one"]
        await send(cluster.brokers, "kept", b"two")
        cluster.nodes[0].start()
        cluster.nodes[0].wait()
        assert await received(cluster.brokers, "kept", 2) == [b"one", b"two"]


def test_jars_with_another_checksum_are_refused(tmp_path, monkeypatch):
    skip_without_a_broker()
    real = jars()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    forged = tmp_path / "tallywire" / real.name
    forged.mkdir(parents=True)
    for jar in real.iterdir():
        (forged / jar.name).symlink_to(jar)
    victim = forged / min(real.iterdir()).name
    victim.unlink()
    victim.write_bytes(b"something else")
    with pytest.raises(Exception, match="another checksum"):
        jars()


def test_a_node_dies_with_whoever_has_started_it_however_that_dies():
    skip_without_a_broker()
    if shutil.which("setpriv") is None:
        pytest.skip("no setpriv on this machine: a node outlives who is killed")
    says = "from tools.kafka import Cluster; c = Cluster().start(); "
    says += "print(c.nodes[0].pid, c.folder, flush=True); input()"
    starter = subprocess.Popen(
        [sys.executable, "-c", says], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with starter:
        pid, folder = starter.stdout.readline().split()
        assert Path(f"/proc/{pid}").exists()
        starter.kill()
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.05)
    shutil.rmtree(folder)
