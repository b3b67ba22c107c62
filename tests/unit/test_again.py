"""A dead letter that is sent again reaches its stage, which takes it in though it has seen it before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streams import codec, letters
from streams.kafka import again
from streams.kafka.partition import EPOCH, Partition
from streams.kafka.wire import Stamp
from streams.operators.deliver import Delivery
from streams.operators.revise import Seen, address
from streams.step import Reason, Step
from streams.topology import Stage
from tallywire.records import Alert, Article, Severity, UpdateKind
from tests.support.news import START, article


class Ailing:
    """A step that fails until it is well."""

    def __init__(self):
        self.well = False

    def __call__(self, item, state, now):
        if not self.well:
            raise RuntimeError("ailing")
        return Step(state=state, outputs=(item,), reason=Reason.NEW)


def stage(step):
    return Stage(
        name="revise",
        source="articles",
        sink="unique-articles",
        item=Article,
        output=Article,
        key=address,
        state=Seen,
        step=step,
    )


def test_a_stage_that_is_well_again_takes_in_what_it_has_buried():
    step = Ailing()
    partition = Partition(stage(step), address, lambda _: None, largest=10**6)
    given, value = article("a", "A", "x"), codec.encode(article("a", "A", "x"))
    stamp = Stamp(kind="Article", clock=START, cause="a")
    partition.take(given, value, stamp, 0.0)
    (letter,) = partition.work().dead
    step.well = True
    partition.take(given, value, stamp, 0.0)
    assert partition.sent() == []  # the record itself, come once more
    sent = again.resent(letter, [stage(step)], START + timedelta(hours=1))
    assert (sent.topic, sent.key) == ("articles", address(given))
    partition.take(given, sent.value, sent.stamp, 0.0)
    assert [one.value for one in partition.sent()] == [value]


def test_a_delivery_goes_where_its_alert_went():
    delivery = Delivery(alert="a1", destination="desk", story="quay", next_due=EPOCH)
    letter = letters.letter("deliver", "desk", "rejected: 401", codec.encode(delivery).decode(), START)
    sent = again.resent(letter, [], START)
    assert (sent.topic, sent.key, sent.stamp.kind) == ("alerts", "quay", "Delivery")
    assert codec.decode(sent.value, Delivery) == delivery


def test_an_alert_that_an_earlier_deliverer_could_not_read_goes_out_after_the_upgrade():
    alert = Alert(
        id="a1",
        kind=UpdateKind.CHANGED,
        severity=Severity.NOTICE,
        story="quay",
        at=START,
        title="",
        text="",
        update="u1",
    )
    letter = letters.letter("deliver", "alerts[0]@7", "later version", codec.encode(alert).decode(), START)
    sent = again.resent(letter, [], START)
    assert (sent.topic, sent.key, sent.stamp.kind) == ("alerts", "quay", "Alert")
    assert codec.decode(sent.value, Alert) == alert


@pytest.mark.parametrize(
    ("name", "payload"), [("feed", "<rss>"), ("gone", "{}"), ("revise", "not JSON"), ("deliver", "[]")]
)
def test_what_nothing_can_be_made_of_says_so(name, payload):
    letter = letters.letter(name, "k", "c", payload, START)
    with pytest.raises(ValueError, match=r"nothing can be made|not a"):
        again.resent(letter, [stage(Ailing())], START)
