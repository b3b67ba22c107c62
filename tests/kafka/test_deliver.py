"""`tallywire deliver`: every alert once, a story's in their order, through restarts, outages and kills."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from examples.receiver import Receiver
from streams import codec
from streams.kafka import lag
from streams.kafka.wire import Stamp
from streams.operators.deliver import Delivery
from tallywire import config as configuration
from tallywire.cli.on_kafka.worker import cluster
from tallywire.records import Alert, DeadLetter, Severity, UpdateKind
from tests.support import broker, monitor, topics
from tools.kafka import Cluster

START = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
STORIES = 7


def alert(number, **more):
    known = {"story": f"s{number % STORIES}", "at": START + timedelta(minutes=number), "update": f"u{number}"}
    return Alert(
        id=f"a{number}",
        kind=UpdateKind.CHANGED,
        severity=Severity.NOTICE,
        title="A toll rises",
        text="",
        **(known | more),
    )


async def decide(brokers, prefix, *alerts):
    records = [
        (one.story, codec.encode(one), Stamp(kind="Alert", clock=one.at, cause=one.update)) for one in alerts
    ]
    await topics.send(brokers, f"{prefix}alerts", *records)


def hook(url, name="hook", secret=""):
    signed = f'secret = "{secret}"\n' if secret else ""
    return f'[[destinations]]\nname = "{name}"\nkind = "webhook"\nurl = "{url}"\n{signed}'


@asynccontextmanager
async def delivering(config):
    process = await monitor.start(config, "deliver")
    try:
        await monitor.running(process)
        yield process
    finally:
        if process.returncode is None:
            await monitor.stop(process)


async def accepted(receiver, count, within=60.0):
    async with asyncio.timeout(within):
        while len(receiver.ids) < count:
            await asyncio.sleep(0.05)


def in_order(ids):
    """Whether the alerts of each story stand as they were decided."""
    numbers = [int(name[1:]) for name in ids]
    return all(
        mine == sorted(mine)
        for mine in ([number for number in numbers if number % STORIES == story] for story in range(STORIES))
    )


async def test_alerts_go_out_once_and_in_order_and_a_restart_repeats_none(brokers, prefix, tmp_path):
    async with Receiver(tmp_path / "received.jsonl") as receiver:
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url))
        first = [alert(number) for number in range(20)]
        await decide(brokers, prefix, *first, *first[:5])  # a worker that was killed has sent some again
        async with delivering(config):
            await accepted(receiver, 20)
        await decide(brokers, prefix, *first[5:10], *(alert(number) for number in range(20, 30)))
        async with delivering(config):
            await accepted(receiver, 30)
            await asyncio.sleep(1)
        assert receiver.repeats == 0
        assert in_order(receiver.ids)


async def test_alerts_that_no_deliverer_takes_are_seen_by_who_works_on_the_stages(
    brokers, prefix, tmp_path, monkeypatch
):
    monkeypatch.setattr(lag, "OFTEN", 0.2)
    async with Receiver(tmp_path / "received.jsonl") as receiver:
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url))
        await decide(brokers, prefix, *(alert(number) for number in range(20)))
        told: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        where = cluster(configuration.load(config))
        look = lag.Lag(where, [lag.DELIVERERS], lambda *said: told.put_nowait(said))
        looking = asyncio.create_task(look.run())
        try:
            assert await asyncio.wait_for(told.get(), 30) == ("deliver", 20)
            async with delivering(config):
                await accepted(receiver, 20)
                async with asyncio.timeout(60):
                    while await told.get() != ("deliver", 0):
                        pass
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


async def test_what_waits_for_another_try_is_sent_after_a_restart(brokers, prefix, tmp_path):
    async with Receiver(tmp_path / "received.jsonl") as receiver:
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url))
        receiver.fail(1)
        await decide(
            brokers, prefix, *(alert(number, story="s0") for number in range(0, 4 * STORIES, STORIES))
        )
        async with delivering(config):
            rows = await topics.read(
                brokers,
                f"{prefix}deliveries",
                lambda all_: any(b'"attempts":1' in one.value for one in all_),
            )
        assert receiver.ids == []
        assert {one.partition for one in rows} == {rows[0].partition}
        async with delivering(config):
            await accepted(receiver, 4)
        assert receiver.ids == ["a0", "a7", "a14", "a21"]
        assert receiver.repeats == 0


async def test_what_a_destination_refuses_is_a_dead_letter_and_the_rest_goes_on(brokers, prefix, tmp_path):
    async with (
        Receiver(tmp_path / "received.jsonl") as receiver,
        Receiver(tmp_path / "none.jsonl", secret=monitor.SECRET) as strict,
    ):
        both = hook(receiver.url) + hook(strict.url, name="strict")
        config = topics.configure(tmp_path, brokers, prefix, more=both)
        await decide(brokers, prefix, alert(1), alert(2, routes=("strict",)), alert(3, routes=("moved",)))
        await topics.send(brokers, f"{prefix}alerts", ("x", b"no alert", None))
        async with delivering(config):
            await accepted(receiver, 1)
            found = await topics.read(
                brokers, f"{prefix}dead-letters", lambda all_: len({one.key for one in all_}) == 4
            )
        letters = {codec.decode(one.value, DeadLetter) for one in found}
        assert {one.stage for one in letters} == {"deliver"}
        causes = {}
        for one in letters:
            if one.key in ("strict", "moved"):
                delivery = codec.decode(one.payload.encode(), Delivery)
                causes[delivery.alert, one.key] = one.cause
        assert causes.keys() == {("a1", "strict"), ("a2", "strict"), ("a3", "moved")}
        assert causes["a1", "strict"].startswith("rejected: ")
        assert causes["a3", "moved"] == "the destination is no longer configured"
        (unread,) = [one for one in letters if one.key not in ("strict", "moved")]
        assert unread.payload == "no alert"


async def test_a_killed_deliverer_is_followed_by_another_that_repeats_at_most_what_was_under_way(
    brokers, prefix, tmp_path
):
    async with Receiver(tmp_path / "received.jsonl") as receiver:
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url))
        async with delivering(config):
            other = await monitor.start(config, "deliver")
            await monitor.running(other)
            await decide(brokers, prefix, *(alert(number) for number in range(60)))
            await accepted(receiver, 10)
            await monitor.kill(other)
            await accepted(receiver, 60)
        assert receiver.repeats <= 2  # one a partition
        assert in_order(receiver.ids)


async def test_an_outage_of_the_broker_loses_no_alert(tmp_path):
    broker.skip_without_a_broker()
    with Cluster() as cluster:
        async with Receiver(tmp_path / "received.jsonl") as receiver:
            config = topics.configure(tmp_path, cluster.brokers, "", more=hook(receiver.url))
            await decide(cluster.brokers, "", *(alert(number) for number in range(10)))
            async with delivering(config):
                await accepted(receiver, 10)
                cluster.nodes[0].kill()
                await asyncio.sleep(1)
                cluster.nodes[0].start()
                await asyncio.to_thread(cluster.nodes[0].wait)
                await decide(cluster.brokers, "", *(alert(number) for number in range(10, 20)))
                await accepted(receiver, 20)
            assert receiver.repeats == 0
            assert in_order(receiver.ids)


async def test_a_dead_letter_that_is_sent_again_is_delivered(brokers, prefix, tmp_path):
    async with Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver:
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url))  # unsigned: refused
        await decide(brokers, prefix, alert(1))
        async with delivering(config):
            await topics.read(brokers, f"{prefix}dead-letters", len)
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url, "another"))
        assert "0 sent again, 1 kept" in await command("replay", "--kafka", "--config", config, status=1)
        config = topics.configure(tmp_path, brokers, prefix, more=hook(receiver.url, secret=monitor.SECRET))
        async with delivering(config):
            listed = await command("list", "--kafka", "--config", config)
            assert "deliver" in listed
            assert "1 sent again, 0 kept" in await command("replay", "--kafka", "--config", config)
            await accepted(receiver, 1)
        assert await command("list", "--kafka", "--config", config) == "no dead letters\n"


async def command(*arguments, status=0):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tallywire", "dead-letters", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == status
    return said.decode()
