"""A message of many stories on Kafka: each page is told once, wherever who works on it dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams import codec
from streams.kafka import wire
from streams.kafka.partition import Partition
from streams.kafka.wire import Stamp
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.reconcile import Reconcile
from streams.operators.summary import Contribution, Edition
from streams.topology import stages
from tallywire.records import Alert, Severity, Update, UpdateKind

HOUR = datetime(2031, 5, 4, 18, tzinfo=UTC)
STAGE = stages(Assigners().step, Reconcile(), Alerting())[-1]

Logged = tuple[Contribution | Edition | None, Stamp]


def after(seconds: float) -> datetime:
    return HOUR + timedelta(seconds=seconds)


def page(story: str) -> Logged:
    """What a story has to tell at the hour."""
    update = Update(
        id=f"of {story}", kind=UpdateKind.FIRST, story=story, label=story, at=HOUR, because="", evidence=(),
        cause=story, part=1, parts=1,
    )  # fmt: skip
    alert = Alert(
        id=f"{story} alone", kind=update.kind, severity=Severity.NOTICE, story=story, at=HOUR, title=story, text="",
        update=update.id, updates=(update,),
    )  # fmt: skip
    return Contribution(alert=alert), Stamp(kind="Contribution", clock=HOUR, cause=story)


def tick(seconds: float) -> Logged:
    return None, wire.tick(after(seconds))


#: Most pages come late; and whoever sends word of the time has died, and tells once more what it was.
LOG = (
    *(page("quay"), tick(60)),
    *(page("gorge"), page("hill"), tick(5)),
    *(page("mill"), tick(6), page("ford"), tick(61)),
)


class Host:
    """The partition of the key under which the pages come together, and what is left of it when its worker dies."""

    def __init__(self) -> None:
        self.log = list(LOG)
        self.table: dict[str, bytes] = {}
        self.offset = 0
        self.told: list[Alert] = []
        self.start()

    def start(self) -> None:
        self.part = Partition(STAGE, STAGE.key, self.table.get, largest=1_000_000)
        self.part.revive(self.table.items(), 0.0)

    def work(self, records: int, *, dies: bool = False, sends: int = 99) -> None:
        """A batch; who dies has sent some of what came of it, and written nothing."""
        batch = self.log[self.offset : self.offset + records]
        for item, stamp in batch:
            if item is None:
                self.part.tick(stamp.clock)
            else:
                self.part.take(item, codec.encode(item), stamp, 0.0)
        for one in self.part.sent()[:sends]:
            if one.topic == STAGE.source:
                self.log.append((codec.decode(one.value, Edition), one.stamp))
            else:
                self.told.append(codec.decode(one.value, Alert))
        states = self.part.work().states
        if dies:
            self.start()
            return
        self.table |= {key: value for key, value in states.items() if value is not None}
        self.offset += len(batch)

    def finish(self) -> None:
        while self.offset < len(self.log):
            self.work(3)


def pages(told: list[Alert]) -> list[str]:
    """The stories of all messages; a message that comes again under its id is dropped where it arrives."""
    messages = {one.id: one for one in told}.values()
    return sorted(update.story for one in messages for update in one.updates)


STORIES = ["ford", "gorge", "hill", "mill", "quay"]


def test_what_comes_late_to_a_message_is_a_second_one():
    host = Host()
    host.finish()
    assert pages(host.told) == STORIES
    assert 1 < len(host.told) < len(STORIES)


@pytest.mark.parametrize("first", range(len(LOG)))
@pytest.mark.parametrize("sends", range(3))
def test_each_page_is_told_once_wherever_a_worker_dies(first, sends):
    for second in range(1, len(LOG) + 4):
        for third in (1, 4, 9):
            host = Host()
            host.work(first)
            host.work(second, dies=True, sends=sends)
            host.work(third, dies=True)
            host.finish()
            assert pages(host.told) == STORIES, (second, third)
