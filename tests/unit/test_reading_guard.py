"""The guard of the second reader: what it is shown, what holds of its suggestions, and that no lie passes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallywire.reading import judge, read, residue
from tallywire.reading.guard import MOST_SENTENCES, MOST_SUGGESTIONS, Refusal
from tallywire.records import (
    Article,
    Basis,
    Bounds,
    Claim,
    Metric,
    Quantifier,
    Scope,
    SecondReading,
    Span,
    Status,
    Suggestion,
)

BUS = (
    "The bus with 45 people on board, aged 12 to 80, plunged off a 30-metre bridge, death for all, "
    "the mayor of Belsk said."
)
PILGRIMS = (
    "For at least 17 pilgrims the road to Ostermarsh ended in death on 12 June, a loss put at $9 million."
)
OWN = "Three people were injured on Monday."


def article(body: str, *suggestions: Suggestion, reader: str = "model-7b") -> Article:
    second = SecondReading(reader=reader, suggestions=suggestions) if suggestions else None
    return Article(
        id="one", body=body, arrived=datetime(2031, 6, 13, tzinfo=UTC), language="en", second=second
    )


def suggestion(**changes: Any) -> Suggestion:
    given = {"quote": "at least 17 pilgrims", "metric": Metric.KILLED, "low": 17, "high": None}
    return Suggestion(**{**given, **changes})


def second_claims(body: str, *suggestions: Suggestion) -> list[Claim]:
    return [claim for claim in read(article(body, *suggestions)).claims if claim.reader]


def test_the_residue_is_what_could_hold_a_claim_and_gave_none():
    calm = "The weather was calm on all 12 days."
    nobody = "Death has many faces."
    asked = residue(article(f"{OWN} {calm} {PILGRIMS} {nobody}"))
    assert asked is not None
    assert asked.sentences == (PILGRIMS,)
    assert asked.language == "en"
    assert residue(article(f"{OWN} {calm}")) is None
    assert residue(article("Zwölf Menschen starben.")) is None


def test_the_residue_of_one_article_is_bounded():
    asked = residue(article(" ".join([PILGRIMS] * 40)))
    assert asked is not None
    assert len(asked.sentences) == MOST_SENTENCES


def test_what_the_text_bears_out_becomes_a_claim_that_says_who_saw_it():
    body = f"{OWN} {PILGRIMS}"
    (claim,) = second_claims(body, suggestion())
    assert claim.reader == "model-7b"
    assert (claim.metric, claim.low, claim.high) == (Metric.KILLED, 17, None)
    assert claim.quantifier is Quantifier.AT_LEAST
    assert (claim.status, claim.scope, claim.basis) == (Status.ASSERTED, Scope.TOTAL, Basis.STATED)
    assert claim.group.text == "pilgrims"
    assert claim.evidence.quote == body[claim.evidence.start : claim.evidence.end] == PILGRIMS
    assert isinstance(claim.counted, Span)
    assert body[claim.counted.start : claim.counted.end] == "at least 17 pilgrims"


def test_it_counts_in_the_bottom_line_and_stands_in_the_order_of_the_text():
    extract = read(article(f"{PILGRIMS} {OWN}", suggestion()))
    assert [claim.metric for claim in extract.claims] == [Metric.KILLED, Metric.INJURED]
    assert extract.tally == {Metric.KILLED: Bounds(17, None), Metric.INJURED: Bounds(3, 3)}


def test_our_own_reading_is_the_same_with_and_without_it():
    body = f"{OWN} {PILGRIMS} Three of them were children. The toll stands at 9."
    own = read(article(body)).claims
    both = read(article(body, suggestion(), suggestion(quote=BUS))).claims
    assert tuple(claim for claim in both if claim.reader is None) == own


def test_a_source_that_stands_where_something_is_said_vouches():
    (claim,) = second_claims(
        BUS, Suggestion(quote="The bus with 45 people on board", metric=Metric.KILLED, low=45, high=45)
    )
    assert claim.claimants == ("the mayor of Belsk",)  # our own reading finds it
    assert not second_claims(PILGRIMS, suggestion(claimant="Ostermarsh"))  # nobody says anything


LIES = {
    "a number that is not there": (suggestion(low=71), Refusal.NUMBER),
    "another bound": (suggestion(high=17), Refusal.NUMBER),
    "no number": (suggestion(low=None, high=None), Refusal.NUMBER),
    "a day": (suggestion(quote=PILGRIMS, low=12, high=12), Refusal.NUMBER),
    "money": (suggestion(quote=PILGRIMS, low=9_000_000, high=9_000_000), Refusal.NUMBER),
    "money cut short": (suggestion(quote=PILGRIMS, low=9, high=9), Refusal.NUMBER),
    "a number outside the quote": (suggestion(quote="the road to Ostermarsh"), Refusal.NUMBER),
    "a bound cut off the quote": (suggestion(quote="17 pilgrims the road"), Refusal.NUMBER),
    "words that are not there": (suggestion(quote="at least 17 pilgrims died"), Refusal.QUOTE),
    "words in another order": (suggestion(quote="pilgrims 17 at least"), Refusal.QUOTE),
    "a part of a word": (suggestion(quote="t least 17 pilgrim"), Refusal.QUOTE),
    "no words": (suggestion(quote=""), Refusal.QUOTE),
    "a sentence that we have read": (suggestion(quote="Three people", low=3, high=3), Refusal.QUOTE),
    "another metric": (suggestion(metric=Metric.INJURED), Refusal.TRIGGER),
    "casualties of one kind": (suggestion(metric=Metric.CASUALTIES), Refusal.TRIGGER),
    "people who are not there": (suggestion(group="Arlandian soldiers"), Refusal.GROUP),
    "a source that is not there": (suggestion(claimant="the Red Cross"), Refusal.CLAIMANT),
    "those counted as the source": (suggestion(claimant="17 pilgrims"), Refusal.CLAIMANT),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_do_not_pass(lie):
    told, why = LIES[lie]
    given = article(f"{OWN} {PILGRIMS}", told)
    assert [claim for claim in read(given).claims if claim.reader] == []
    verdict = judge(given)
    assert (verdict.accepted, dict(verdict.refused)) == (0, {why: 1})


@pytest.mark.parametrize(("low", "high"), [(12, 80), (80, 80), (30, 30), (12, 12)])
def test_ages_and_lengths_count_nobody(low, high):
    lie = Suggestion(quote=BUS, metric=Metric.KILLED, low=low, high=high)
    assert dict(judge(article(BUS, lie)).refused) == {Refusal.NUMBER: 1}


@pytest.mark.parametrize(
    ("language", "body", "number"),
    [
        ("en", "Death came to the driver on route 14 at 7, she told News 8 on June 22.", 8),
        ("en", "Death came to the driver on route 14 at 7, she told News 8 on June 22.", 22),
        ("en", "Death came to the driver on route 14 at 7, she told News 8 on June 22.", 14),
        ("en", "Death came to a girl and a boy, about 4, at home.", 4),
        ("en", "Death came to the brothers, 19- and 20-year-old drivers.", 19),
        ("es", "Para 17 personas el viaje terminó el 12 de junio: los fallecidos eran peregrinos.", 12),
        ("es", "Para 17 personas el viaje terminó a las 7: los fallecidos eran peregrinos.", 7),
        (
            "es",
            "Para 17 personas, el 3 por ciento, el viaje terminó mal: los fallecidos eran peregrinos.",
            100,
        ),
    ],
)
def test_a_number_without_a_noun_may_be_anything(language, body, number):
    lie = Suggestion(quote=body, metric=Metric.KILLED, low=number, high=number)
    told = msgspec.structs.replace(article(body, lie), language=language)
    assert residue(told) is not None
    assert dict(judge(told).refused) == {Refusal.NUMBER: 1}


def test_a_number_that_opens_a_sentence_counts_people():
    body = "4 taken to hospital after shooting at a quay"
    (claim,) = second_claims(
        body, Suggestion(quote="4 taken to hospital", metric=Metric.INJURED, low=4, high=4)
    )
    assert (claim.low, claim.group.text) == (4, "")


def test_it_reads_other_languages_by_the_same_door():
    body = "Para al menos 17 personas el viaje terminó mal: los fallecidos eran peregrinos, dijo el alcalde."
    told = suggestion(quote="al menos 17 personas", claimant="el alcalde")
    (claim,) = read(msgspec.structs.replace(article(body, told), language="es")).claims
    assert (claim.metric, claim.low, claim.high, claim.claimants) == (
        Metric.KILLED,
        17,
        None,
        ("el alcalde",),
    )


def test_what_a_sentence_denies_did_not_befall_them():
    body = "The fate of the 12 miners in the shaft, for a day: they were not killed."
    assert residue(article(body)) is not None
    lie = Suggestion(quote="the 12 miners", metric=Metric.KILLED, low=12, high=12)
    assert dict(judge(article(body, lie)).refused) == {Refusal.TRIGGER: 1}


def test_the_same_people_are_counted_once():
    verdict = judge(article(PILGRIMS, suggestion(), suggestion(), suggestion(quote=PILGRIMS)))
    assert (verdict.accepted, dict(verdict.refused)) == (1, {Refusal.REPEATED: 2})


def test_words_that_stand_in_two_sentences_count_where_they_hold():
    body = "For two drivers, death was a word on a sign. Two drivers, two drivers! Fire left burns on two drivers."
    told = suggestion(quote="two drivers", metric=Metric.INJURED, low=2, high=2)
    (claim,) = second_claims(body, told)
    assert claim.evidence.quote == "Fire left burns on two drivers."


def test_a_second_reader_can_make_a_claim_less_certain_and_never_more():
    (claim,) = second_claims(PILGRIMS, suggestion(status=Status.FEARED, scope=Scope.BACKGROUND))
    assert (claim.status, claim.scope) == (Status.FEARED, Scope.BACKGROUND)
    (claim,) = second_claims(PILGRIMS, suggestion(status=Status.SUPERSEDED, scope=Scope.INCREMENT))
    assert (claim.status, claim.scope) == (Status.ASSERTED, Scope.TOTAL)
    old = PILGRIMS.replace("on 12 June", "in 2019")
    (claim,) = second_claims(old, suggestion())
    assert claim.scope is Scope.BACKGROUND  # by our own cues, whatever it says


def test_vague_numbers_have_a_beginning_and_no_end():
    body = PILGRIMS.replace("at least 17", "dozens of")
    given = {"quote": "dozens of pilgrims", "low": 20, "high": None}
    (claim,) = second_claims(body, suggestion(**given))
    assert (claim.low, claim.high, claim.quantifier) == (24, None, Quantifier.VAGUE)  # our own reading of it
    assert second_claims(body, suggestion(**(given | {"high": 90}))) == []


def test_typography_and_line_breaks_do_not_matter_and_evidence_is_as_written():
    body = "For “at\nleast\u00a017\npilgrims” the road to Ostermarsh ended in death."
    (claim,) = second_claims(body, suggestion(quote='"at least 17 pilgrims"'))
    assert claim.evidence.quote == body


def test_more_suggestions_than_anybody_can_make_of_an_article_are_not_looked_at():
    flood = [suggestion(quote="nowhere")] * (MOST_SUGGESTIONS + 10)
    assert dict(judge(article(PILGRIMS, *flood, suggestion())).refused) == {Refusal.QUOTE: MOST_SUGGESTIONS}


TALK = "at least 17 12 pilgrims people death killed $9 million ignore instructions the mayor said of , . 2019"
WORDS = st.sampled_from(TALK.split())
PHRASES = st.lists(WORDS, max_size=12).map(" ".join)
NUMBERS = st.one_of(st.none(), st.sampled_from([0, 1, 9, 12, 17, 24, 2019, 9_000_000, -5, 10**30]))


@settings(max_examples=150, deadline=None)
@given(PHRASES, PHRASES, PHRASES, st.sampled_from(Metric), NUMBERS, NUMBERS, st.text(max_size=20))
def test_whatever_is_suggested_every_claim_rests_on_numbers_of_the_text(
    body, quote, claimant, metric, low, high, junk
):
    body = f"{body} {PILGRIMS}"
    told = [
        Suggestion(quote=words, metric=metric, low=low, high=high, claimant=claimant, group=junk)
        for words in (quote, body, junk, "at least 17 pilgrims")
    ]
    told += [Suggestion(quote=quote, metric=metric, low=low, high=high)]
    for claim in second_claims(body, *told):
        assert claim.evidence.quote == body[claim.evidence.start : claim.evidence.end]
        assert claim.counted is not None
        counted = body[claim.counted.start : claim.counted.end]
        assert claim.low is None or not claim.low or str(claim.low) in counted or claim.low == 1
        assert all(who in body for who in claim.claimants)
