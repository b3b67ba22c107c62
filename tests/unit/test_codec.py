"""The codec: records to versioned JSON and back, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from streams import codec
from tallywire.records import Alert, Article, Bounds, Metric, Severity, Update, UpdateKind

AT = datetime(2031, 5, 1, 12, 30, tzinfo=UTC)
ARTICLE = Article(id="a", body="Six “hurt”", arrived=AT, published=AT, language="en")
UPDATE = Update(
    id="u", kind=UpdateKind.CHANGED, story="s", label="Bus", at=AT, because="…", evidence=(), cause="a",
    metric=Metric.INJURED, from_=Bounds(4, 4), to=Bounds(6, 6),
)  # fmt: skip


def test_a_record_comes_back_as_it_was():
    assert codec.decode(codec.encode(ARTICLE), Article) == ARTICLE
    assert codec.decode(codec.encode(UPDATE), Update) == UPDATE


def test_every_value_carries_its_version_and_times_are_utc():
    value = msgspec.json.decode(codec.encode(ARTICLE))
    assert value["v"] == 1
    assert value["published"] == "2031-05-01T12:30:00Z"


def test_a_value_of_a_later_version_is_refused_with_the_remedy():
    later = b'{"v":2,"id":"a","body":"x","arrived":"2031-05-01T12:30:00Z"}'
    with pytest.raises(codec.CodecError, match="upgrade"):
        codec.decode(later, Article)


def test_a_tenth_version_is_a_later_one_though_it_begins_as_the_first():
    with pytest.raises(codec.LaterVersionError, match="schema version 10; this program reads up to 1"):
        codec.decode(b'{"v":10}', Article)


def test_a_field_added_later_is_let_pass():
    more = codec.encode(ARTICLE)[:-1] + b',"mood":"grave"}'
    assert codec.decode(more, Article) == ARTICLE


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"v":1}', b'{"v":1,"id":1,"body":"","arrived":"x"}', b'{"v":1,"id":"\xff"}']
)
def test_what_is_no_record_says_so(data):
    with pytest.raises(codec.CodecError, match=r"not a (Article|_Versioned) record"):
        codec.decode(data, Article)


@pytest.mark.parametrize("start", [b'{"v":1,', b"{"])
def test_what_is_nested_too_deeply_is_no_record(start):
    with pytest.raises(codec.CodecError, match="not a Article record: maximum recursion depth"):
        codec.decode(start + b'"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Article)


def test_the_public_form_of_an_update_has_the_contracts_names():
    value = codec.public(UPDATE)
    assert value["from"] == {"low": 4, "high": 4}
    assert value["to"] == {"low": 6, "high": 6}
    assert value["group"] is None
    assert "actor" not in value


def test_an_update_without_a_figure_shows_no_figure_fields():
    value = codec.public(msgspec.structs.replace(UPDATE, kind=UpdateKind.ACTOR_NEW))
    assert "metric" not in value
    assert "actor" in value


def test_an_alert_shows_its_updates_by_the_same_rule():
    alert = Alert(
        id="x", kind=UpdateKind.CHANGED, severity=Severity.NOTICE, story="s", at=AT, title="t", text="t", update="u",
        updates=(UPDATE,),
    )  # fmt: skip
    assert codec.public(alert)["updates"][0]["from"] == {"low": 4, "high": 4}
    assert codec.decode(codec.encode(alert), Alert) == alert
