"""Addresses of one article meet in one key; addresses of different articles stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallywire.urls import article_id, canonical, link, shown

HARBOUR = "https://harbourpost.example/2031/05/quay-fire?id=7"


@pytest.mark.parametrize(
    "variant",
    [
        "https://harbourpost.example/2031/05/quay-fire?id=7",
        "http://harbourpost.example/2031/05/quay-fire?id=7",
        "HTTPS://WWW.HarbourPost.example:443/2031/05/quay-fire?id=7",
        "http://harbourpost.example:80/2031/05/quay-fire?id=7",
        "https://harbourpost.example./2031/05/quay-fire?id=7",
        "https://harbourpost.example/2031/./x/../05/quay%2Dfire?id=7",
        "https://harbourpost.example/2031/05/quay-fire?id=7#comments",
        "https://harbourpost.example/2031/05/quay-fire?utm_source=rss&id=7&utm_medium=feed",
        "https://harbourpost.example/2031/05/quay-fire?id=7&amp;ref=rss",
        "https://harbourpost.example/2031/05/quay-fire?id=7&amp;amp;fbclid=Iw9",
        "https://m.harbourpost.example/2031/05/quay-fire?id=7",
        "https://amp.harbourpost.example/2031/05/quay-fire?id=7",
        "https://harbourpost.example/2031/05/quay-fire/amp?id=7",
        "https://www.google.com/amp/s/www.harbourpost.example/2031/05/quay-fire/amp?id=7",
        "https://www.google.co.nz/amp/harbourpost.example/2031/05/quay-fire?id=7",
        "https://harbourpost-example.cdn.ampproject.org/c/s/www.harbourpost.example/2031/05/quay-fire?id=7&output=amp",
        "https://www-harbourpost-example.bing-amp.com/c/s/www.harbourpost.example/amp/2031/05/quay-fire?id=7",
        "https://reader:secret@harbourpost.example/2031/05/quay-fire?id=7",
        "  https://harbourpost.example/2031/05/\nquay-fire?id=7 ",
    ],
)
def test_variants_of_one_address_meet(variant: str) -> None:
    assert canonical(variant) == HARBOUR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?id=1", "https://a.example/x?id=2"),
        ("https://a.example/x?ref=4711", "https://a.example/x?ref=4712"),
        ("https://a.example/x", "https://a.example/X"),
        ("https://a.example/x", "https://a.example:8443/x"),
        ("https://a.example/x?q=%e9", "https://a.example/x?q=%e8"),
        ("https://a.example/#!/x", "https://a.example/#!/y"),
        ("https://m.example/", "https://www.example/"),
        ("https://a.example/camp", "https://a.example/c"),
        ("https://a.example/?view=amplifier", "https://a.example/"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "nothing",
    [
        "", " ", "news", "/relative/path", "javascript:alert(1)", "data:text/html,x", "mailto:desk@a.example",
        "ftp://a.example/x", "https://", "https:///x", "https://[::1", "https://a.example:99999/",
        "https://a.example:port/", "https://two words.example/", "https://a.example/" + "x" * 3000, "https://-/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_none(nothing: str) -> None:
    assert canonical(nothing) is None


def test_international_names_are_encoded_and_stay_put() -> None:
    key = canonical("https://Zürs.example/straße?q=ü")
    assert key == "https://xn--zrs-hoa.example/stra%C3%9Fe?q=%C3%BC"
    assert canonical(key) == key


def test_the_address_shown_keeps_its_words_and_loses_its_secrets() -> None:
    assert link("http://me:secret@a.example:80/b?x=1&amp;y=2#z") == "http://a.example/b?x=1&y=2#z"
    assert link("http://[::1]:8080/") == "http://[::1]:8080/"
    assert link("https://a.example/\u202efdp.exe\ud800") == "https://a.example/fdp.exe"


def test_an_article_is_named_by_its_address_or_else_by_its_text() -> None:
    assert article_id(HARBOUR, "a", "b") == article_id(HARBOUR + "&utm_source=x", "c", "d")
    assert article_id(None, "a", "b") == article_id("not an address", "a", "b")
    assert article_id(None, "a", "b") != article_id(None, "ab", "")
    assert article_id(None, "\ud800", "") != article_id(None, "", "\ud800")


@given(st.text())
def test_any_text_is_answered_and_its_key_is_its_own_key(text: str) -> None:
    for address in (text, "https://a.example/" + text, "https://" + text):
        key = canonical(address)
        assert key is None or canonical(key) == key


@pytest.mark.parametrize(
    ("url", "as_shown"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        ("https://me:pass@a.example/feed", "https://a.example/feed"),
        ("https://a.example/feed?key=abc&lang=en", "https://a.example/feed?key=…&lang=…"),
        ("https://[broken", "an address that cannot be read"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url, as_shown):
    assert shown(url) == as_shown
