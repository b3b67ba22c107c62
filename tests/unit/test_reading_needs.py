"""What an expression needs is there whenever it matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallywire.reading.lexicon import languages, load
from tallywire.reading.needs import Hints, needs
from tallywire.reading.ruleindex import RuleIndex


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (r"\b(?:rose|climbed) to", [{"rose", "climbed"}, {" to"}]),
        (r"T[^Q]{0,9}?Q", [{"T"}, {"Q"}]),
        (r"(?P<q>[QP]),?(?P<t>[WV])", [{"Q", "P"}, {"W", "V"}]),
        (r"(?<![>b])k(?!K)e?C", [{"k"}, {"C"}]),
        (r"(?:^|(?<=[,:]))s", [{"s"}]),
        (r"(?:W|e?)V{2,3}", [{"V"}]),
        (r"rumou?rs?", [{"rumo"}, {"r"}]),
        (r"by (?=.{1,9}\bhad\b)", [{"by "}, {"had"}]),
        (r"put (?:at|to|[^;])", [{"put "}]),
        (r"don\x27t\.", [{"don't."}]),
        (r"\b(?:1[6-9]|20)\d\d", [{"16", "17", "18", "19", "20"}]),
        (r"\w+\W*", []),
        (r"a?b*c{0,2}", []),
    ],
)
def test_what_an_expression_needs_is_read_off_it(expression: str, wanted: list[set[str]]) -> None:
    assert [set(choice) for choice in needs(expression)] == wanted


@pytest.mark.parametrize("expression", [r"(?i)x", r"(x)\1", r"(?(1)x|y)", r"x)"])
def test_syntax_that_is_not_known_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=" of "):
        needs(expression)


PIECES = st.sampled_from(
    [
        "a",
        "b",
        "(?:a|bc)",
        "[ab]",
        "[^a]",
        "(?=b)",
        "(?!c)",
        r"\b",
        "(?<=a)",
        "c?",
        "b*",
        "a{2}",
        "(?:ab){0,2}",
        "|",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), st.text("abc", max_size=8))
def test_nothing_that_matches_lacks_what_it_needs(expression: str, text: str) -> None:
    if re.search(expression, text):
        assert all(any(string in text for string in choice) for choice in needs(expression))


@pytest.mark.parametrize("language", languages())
@settings(max_examples=60, deadline=None)
@given(st.text("QSPLJjyCnROGWVFTUKkDIb,&>^poewaxX8h.;", max_size=14))
def test_no_rule_is_kept_from_symbols_that_it_matches(language: str, symbols: str) -> None:
    rules = load(language).rules
    possible = [rule.name for rule in RuleIndex(rules).possible(symbols)]
    matching = [rule.name for rule in rules if rule.regex.search(symbols)]
    assert [name for name in matching if name not in possible] == []


def test_hints_tell_which_expressions_may_match() -> None:
    rise, climb, year, past = map(re.compile, (r"\brose to", r"\bclimbed", r"\b20\d\d", r"\w+ed"))
    hints = Hints({"rise": [rise, climb], "year": [year], "any": [past]})
    assert hints.cues("the toll climbed to 12\ud800") == {"rise": [climb], "any": [past]}
    assert hints.cues("the toll rose") == {}


@pytest.mark.parametrize("language", languages())
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_hints_keep_no_cue_from_a_sentence(language: str, data: st.DataObject) -> None:
    lexicon = load(language)
    words = [word for cue in lexicon.scope.background for word in re.findall(r"\w{3,}", cue.pattern)]
    text = " ".join(
        data.draw(st.lists(st.sampled_from([*words, "2019", "the", "in", "ago", "last"]), max_size=9))
    )
    cues = lexicon.hints.cues(text)
    for name, group in (
        ("background", lexicon.scope.background),
        ("background_after", lexicon.scope.background_after),
    ):
        assert [cue for cue in group if cue.search(text) and cue not in cues[name]] == []
