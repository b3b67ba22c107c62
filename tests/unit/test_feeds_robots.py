"""robots.txt, by RFC 9309: whom a group speaks to, which rule decides, how paths are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.robots import EVERYTHING, LARGEST, NOTHING, read


def allows(text: str, path: str) -> bool:
    return read(text.encode()).allow(f"https://quay.example{path}")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/Private/a", True),
        ("User-agent: Tallywire\nDisallow: /\n\nUser-agent: *\nDisallow:", "/a", False),
        ("user-agent: TALLYWIRE/0.1\ndisallow: /", "/a", False),
        ("User-agent: Tallywire\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: OtherBot\nDisallow: /", "/a", True),
        ("User-agent: TallywireNews\nDisallow: /", "/a", True),
        ("User-agent: OtherBot\nUser-agent: Tallywire\nDisallow: /", "/a", False),
        (
            "User-agent: Tallywire\nDisallow: /a\nUser-agent: x\nAllow: /\nUser-agent: tallywire\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /*.pdf", "/x/y.pdf?z", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/abxc", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/acb", True),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /stra%c3%9fe", "/straße", False),
        ("User-agent: *\nDisallow: /a%62c", "/abc", False),
        ("User-agent: *  # all\r\nDisallow: /a # no\r\n", "/a", False),
        ("Disallow: /\nUser-agent: *\nAllow: /", "/a", True),
        ("User-agent: *\nSitemap: https://quay.example/s.xml\nDisallow: /a", "/a", False),
        ("<html><title>Not found</title></html>", "/a", True),
    ],
)  # fmt: skip
def test_the_rules_decide(text: str, path: str, allowed: bool) -> None:
    assert allows(text, path) is allowed


def test_a_wish_for_time_between_pages_is_read() -> None:
    assert read(b"User-agent: *\nCrawl-delay: 2.5\nDisallow: /x").delay == 2.5
    assert read(b"User-agent: *\nCrawl-delay: soon").delay == 0.0


def test_all_and_nothing() -> None:
    assert EVERYTHING.allow("https://quay.example/")
    assert not NOTHING.allow("https://quay.example/a?b")


@given(st.binary(max_size=2_000), st.text(max_size=200))
def test_anything_is_read(data: bytes, path: str) -> None:
    assert read(data).allow(f"https://quay.example/{path}") in {True, False}


def test_rules_built_to_be_slow_are_not() -> None:
    stars = "*a" * 900 + "$"
    text = "User-agent: *\n" + f"Disallow: /{stars}\n" * 200
    assert len(text) < LARGEST
    assert allows(text, "/" + "a" * 500)
