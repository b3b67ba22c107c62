"""What `assign` promises: whose copy an article is, which story it belongs to, and that it never changes its mind.

All places, outlets and people are invented.
"""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from streams.operators import decisions, read
from streams.operators.assign import Assigner, Assigners, Policy
from streams.step import Reason
from tallywire.errors import StateError
from tallywire.identity import digest
from tallywire.likeness import postings, sketch
from tallywire.likeness.watches import Watch
from tallywire.records import Article, Extract, Placing, Reading, StoryReading
from tests.support.news import START, article, noise

FERRY = """A ferry carrying more than 200 passengers capsized in heavy seas off Port Caldera on Sunday, killing at least
31 people, the coast guard of Marenza said. The Saltwind was on its way from the island of Brey to the mainland when a
wave struck its open car deck shortly after dawn. Divers pulled nineteen survivors from an air pocket below the bridge,
and fishing boats picked up dozens more who clung to crates and life rings. Commander Ilse Tornquist said that the
search would go on through the night with two helicopters and a navy frigate. The vessel, built forty years ago, had
been cleared to sail only last month after repairs to its bow door. Relatives gathered at the harbour chapel, where a
list of the rescued was pinned up every hour. Transport minister Oren Valdis promised an inquiry and suspended the
licence of the operator, Brey Line, until its other ships have been examined. Marenza's last ferry disaster, in the
strait of Olm eleven years ago, led to rules that unions say were never enforced."""

# The same report in other words, as outlets rework an agency's text: a few passages stand as they were.
FERRY_REWRITTEN = """At least 31 people have drowned after a ferry with over 200 on board went down near Port Caldera,
the coast guard of Marenza said, as reported by WNA. It happened early in the day when a wave struck its open car deck
shortly after dawn; the ship had left Brey for the mainland. In one of the few bright moments, divers pulled nineteen
survivors from an air pocket below the bridge, while small craft saved dozens more. The officer in charge of the rescue,
Commander Ilse Tornquist, announced that helicopters and a frigate would continue. Questions are being asked about the
ship's age: it had been cleared to sail only last month after repairs to its bow door. Families waited near the water,
where a list of the rescued was pinned up every hour. The government reacted quickly: Oren Valdis promised an inquiry
and suspended the licence of the operator, whose remaining fleet is to be checked. Some recalled the accident in the
strait of Olm, after which regulations were tightened on paper only."""

FERRY_OTHER = """Our correspondent saw coffins carried along the quay of Port Caldera this evening, hours after the
Saltwind sank with families returning from a weekend on Brey. Officials in Marenza count 31 dead so far. "The deck
filled in seconds, then the lights failed," a student named Pilar Osk told this newspaper, still wrapped in a blanket.
She swam for an hour. Dock workers describe a ship that leaned whenever lorries boarded; one of them had written to the
harbour master twice. The company did not answer our calls. Experts at the maritime college point to the bow door,
welded in spring. Minister Valdis arrived by car at noon and left without taking questions from reporters."""

QUAKE = """An earthquake of magnitude 6.4 shook the Tessaly highlands on Sunday and brought down houses in the town of
Vorn, where at least 31 people were killed, the civil protection office said. Rescue teams dug with their hands in the
market quarter while aftershocks sent tiles sliding into the streets. The hospital of Vorn was evacuated into tents, and
the road to the capital is blocked by a landslide near the Karst pass. Mayor Edda Lindqvist asked for excavators and
blood donors. Seismologists said the fault had been silent since 1894. Schools will stay closed for a week."""


def reading(item: Article, agency: str | None = None, language: str = "en") -> Reading:
    """What the stage before hands over."""
    extract = Extract(id=item.id, language=language, agency=agency)
    return Reading(article=item, extract=extract, sketch=sketch(item.title, item.body))


def place(assigner: Assigner, item: Article, agency: str | None = None) -> StoryReading:
    """Where one article goes."""
    return assigner.step(reading(item, agency)).outputs[-1]  # behind the word of stories that met


def ferry(
    name: str, body: str = FERRY, *, title: str = "Ferry Saltwind capsizes off Port Caldera", **more: object
):
    """An article about the ferry."""
    return article(name, title, body, **more)  # type: ignore[arg-type]


# -- copies ------------------------------------------------------------------------------------------------------


def test_a_reprint_comes_from_the_first_text() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"))
    second = place(assigner, ferry("two", hours=2))
    assert (second.origin, second.copy_of, second.shared) == ("one", "one", 1.0)


def test_a_reprint_under_another_headline_is_a_copy_in_the_same_story() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"))
    second = place(assigner, ferry("two", title="Grief at the harbour chapel", hours=2))
    assert (second.story, second.origin) == (first.story, "one")


def test_case_accents_and_quotation_marks_make_no_difference() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", FERRY.replace("Brey", "Bréy")))
    dressed = FERRY.upper().replace(" THE ", " “THE” ")
    assert place(assigner, ferry("two", dressed, hours=1)).origin == "one"


def test_an_abridgement_is_a_copy() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"))
    short = ". ".join(FERRY.split(". ")[:4]) + "."
    assert place(assigner, ferry("two", short, hours=3)).origin == "one"


def test_a_text_with_a_long_one_inside_is_a_copy_whichever_comes_first() -> None:
    for first, second in ((FERRY, FERRY + " " + QUAKE), (FERRY + " " + QUAKE, FERRY)):
        assigner = Assigner()
        place(assigner, ferry("one", first))
        assert place(assigner, ferry("two", second, hours=1)).origin == "one"


def test_a_rewrite_that_credits_the_agency_comes_from_its_text() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"), agency="WNA")
    copy = place(
        assigner, ferry("two", FERRY_REWRITTEN, title="31 drown near Port Caldera", hours=2), agency="WNA"
    )
    assert copy.origin == "one"
    assert 0.1 < copy.shared < 0.6


def test_one_credit_of_the_two_is_enough() -> None:
    for ours, theirs in (("WNA", None), (None, "WNA")):
        assigner = Assigner()
        place(assigner, ferry("one"), agency=ours)
        assert place(assigner, ferry("two", FERRY_REWRITTEN, hours=2), agency=theirs).origin == "one"


def test_a_rewrite_without_any_credit_stays_its_own_origin() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"))
    second = place(assigner, ferry("two", FERRY_REWRITTEN, hours=2))
    assert (second.story, second.origin, second.copy_of) == (first.story, "two", None)


def test_texts_of_two_agencies_are_two_origins_however_alike_they_quote() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"), agency="WNA")
    assert place(assigner, ferry("two", FERRY_REWRITTEN, hours=2), agency="Pelago").origin == "two"


def test_an_independent_report_of_the_same_event_is_an_origin_of_the_same_story() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"), agency="WNA")
    other = place(assigner, ferry("two", FERRY_OTHER, title="Coffins on the quay of Port Caldera", hours=5))
    assert (other.story, other.origin, other.copy_of) == (first.story, "two", None)


def test_a_copy_of_a_copy_leads_back_to_the_first_text() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"), agency="WNA")
    place(assigner, ferry("two", FERRY_REWRITTEN, hours=1), agency="WNA")
    third = place(assigner, ferry("three", FERRY_REWRITTEN, title="Sea takes 31", hours=2))
    assert (third.copy_of, third.origin) == ("two", "one")


def test_a_text_printed_again_after_three_days_is_no_copy() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"))
    assert place(assigner, ferry("two", hours=73)).copy_of is None


def test_an_outlet_s_own_update_is_not_swallowed() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one", outlet="Caldera Post"))
    update = FERRY.replace("killing at least\n31 people", "killing at least 38 people")
    second = place(assigner, ferry("two", update, outlet="Caldera Post", hours=3))
    assert (second.story, second.origin, second.copy_of) == (first.story, "two", None)


def test_an_update_is_not_swallowed_by_way_of_another_outlet_s_copy() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", outlet="Caldera Post"))
    assert place(assigner, ferry("two", outlet="Brey Herald", hours=1)).origin == "one"
    update = FERRY.replace("31", "38")
    assert place(assigner, ferry("three", update, outlet="Caldera Post", hours=3)).origin == "three"


def test_an_outlet_s_text_printed_twice_word_for_word_is_one_text() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", outlet="Caldera Post"))
    assert place(assigner, ferry("two", outlet="Caldera Post", hours=1)).origin == "one"


def test_two_items_of_an_outlet_under_one_picture_caption_are_two_texts() -> None:
    caption = (
        "People stand on the quay of Port Caldera on Sunday, waiting for news of the Saltwind. Ada Reyes/WNA. "
        * 2
    )
    assigner = Assigner()
    place(assigner, ferry("one", caption, outlet="Caldera Post"))
    other = ferry("two", caption, title="Why nobody examined the bow door", outlet="Caldera Post", hours=1)
    assert place(assigner, other).copy_of is None


@pytest.mark.parametrize("kicker", ["UPDATE: ", "Updated: ", "LATEST – ", "CORRECTION: "])
def test_a_rewrite_that_says_it_is_newer_is_a_text_of_its_own(kicker: str) -> None:
    assigner = Assigner()
    place(assigner, ferry("one"), agency="WNA")
    newer = ferry("two", FERRY_REWRITTEN, title=f"{kicker}Ferry Saltwind capsizes off Port Caldera", hours=2)
    assert place(assigner, newer, agency="WNA").origin == "two"


def test_a_translation_is_compared_with_its_own_language_alone() -> None:
    assigners = Assigners()
    english = assigners.step(reading(ferry("one")), None, START).outputs[0]
    spanish = article(
        "dos", "Vuelca el transbordador Saltwind frente a Port Caldera", "Al menos 31 muertos " * 20
    )
    other = assigners.step(reading(spanish, language="es"), None, START).outputs[0]
    assert other.story != english.story
    assert other.origin == "dos"


def test_the_outlet_s_standing_text_makes_no_copies() -> None:
    standing = (
        "Follow us on every channel and write to our desk with your pictures of the day from around the bay. "
        * 3
    )
    assigner = Assigner()
    for number, item in enumerate(noise(6, seed=3, hours=10)):
        body = item.body + " " + standing
        given = article(f"s{number}", item.title, body, hours=number, outlet=f"bay {number % 2}")
        assert place(assigner, given).copy_of is None


def test_two_fillings_of_a_weather_template_are_no_copies() -> None:
    template = (
        "Forecast for {0}: {1} in the morning, {2} towards evening, highs near {3} degrees, wind from {4}."
    )
    filled = [
        ("Vorn", template.format("Vorn", "fog", "sun", "17", "the north")),
        ("Osmond", template.format("Osmond", "hail", "drizzle", "9", "the lake")),
    ]
    assigner = Assigner()
    for town, body in filled:
        assert place(assigner, article(town, f"Weather in {town}", body)).copy_of is None


# -- stories -----------------------------------------------------------------------------------------------------


def test_the_words_of_a_story_with_the_facts_of_another_event_open_a_story() -> None:
    assigner = Assigner()
    bomb = "A bomb at {1} market in {2} killed {0} people on {3}, police said. Nobody claimed the attack."
    told = ("6", "Tilden", "Qassara", "Monday"), ("7", "Orso", "Sedley", "Tuesday")
    first, other = (
        read.step(
            article(words[2], f"Bomb at market in {words[2]}", bomb.format(*words), hours=48 * n), None, START
        )
        for n, words in enumerate(told)
    )
    home = assigner.step(first.outputs[0]).outputs[-1]
    away = assigner.step(other.outputs[0]).outputs[-1]
    assert (home.placed, away.placed) == (Placing.FIRST, Placing.PARTED)
    assert (away.story, away.opens_story, away.copy_of) == (digest("story", "Sedley"), True, None)


def test_a_story_is_named_after_its_first_article() -> None:
    first = Assigner().step(reading(ferry("one")))
    output = first.outputs[0]
    assert first.reason is Reason.ALONE
    assert output.opens_story
    assert output.story == digest("story", "one")
    assert output.label == "Ferry Saltwind capsizes off Port Caldera"


def test_two_events_of_one_day_with_one_toll_are_two_stories() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"))
    second = place(assigner, article("two", "Earthquake kills 31 in Vorn", QUAKE, hours=1))
    assert first.story != second.story


def test_short_items_of_one_event_meet() -> None:
    assigner = Assigner()
    for item in noise(120, seed=7, hours=12):
        place(assigner, item)
    items = [
        (
            "Ferry sinks off Port Caldera",
            "A ferry with 200 people on board has sunk off Port Caldera in Marenza.",
        ),
        (
            "Dozens missing after Port Caldera ferry disaster",
            "Rescuers search for survivors of the ferry Saltwind.",
        ),
        (
            "Marenza ferry: death toll reaches 31",
            "The toll of the ferry that sank off Port Caldera rose to 31.",
        ),
        (
            "Port Caldera mourns victims of ferry",
            "Flags at half-mast in Marenza after the ferry Saltwind sank.",
        ),
    ]
    stories = [
        place(assigner, article(f"i{n}", title, body, hours=13 + n)).story
        for n, (title, body) in enumerate(items)
    ]
    assert len(set(stories)) == 1


def test_headlines_alone_meet_by_their_own_words() -> None:
    assigner = Assigner()
    for item in noise(120, seed=8, hours=12):
        place(assigner, item)
    first = place(assigner, article("a", "Ferry Saltwind sinks off Port Caldera", "", hours=13))
    second = place(assigner, article("b", "Port Caldera: ferry Saltwind sinks, many dead", "", hours=14))
    assert first.story == second.story


def test_a_headline_of_another_event_stays_apart() -> None:
    assigner = Assigner()
    for item in noise(120, seed=8, hours=12):
        place(assigner, item)
    first = place(assigner, article("a", "Ferry Saltwind sinks off Port Caldera", "", hours=13))
    second = place(assigner, article("b", "Earthquake shakes Vorn", "", hours=14))
    assert first.story != second.story


def test_an_empty_article_is_a_story_of_its_own() -> None:
    assigner = Assigner()
    outputs = [place(assigner, article(name, "", "")) for name in ("one", "two")]
    assert [output.opens_story for output in outputs] == [True, True]
    assert outputs[0].label == ""


def test_a_story_ends_after_a_silent_window() -> None:
    policy = Policy(window=timedelta(days=7))
    for hours, same in ((6 * 24, True), (8 * 24, False)):
        assigner = Assigner(policy)
        first = place(assigner, ferry("one"))
        late = place(assigner, ferry("two", FERRY, hours=hours))
        assert (late.story == first.story) is same


def test_a_story_that_goes_on_outlives_its_window() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("day0"))
    for day in range(1, 15):
        sentences = FERRY.split(". ")
        body = ". ".join(sentences[day % 5 :] + sentences[: day % 5])
        assert place(assigner, ferry(f"day{day}", body, hours=24 * day)).story == first.story


def test_an_article_that_comes_late_joins_the_story_of_its_time() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"))
    for item in noise(50, seed=9, hours=72):
        place(assigner, item)
    late = ferry("late", FERRY_OTHER, title="Coffins on the quay of Port Caldera", hours=2)
    assert (
        place(assigner, Article(**{**_fields(late), "arrived": START + timedelta(hours=73)})).story
        == first.story
    )


def test_a_round_up_does_not_tie_its_events_together() -> None:
    assigner = Assigner()
    sea = place(assigner, ferry("one"))
    quake = place(assigner, article("two", "Earthquake kills 31 in Vorn", QUAKE, hours=1))
    both = (
        "In brief. " + FERRY.split(". ")[0] + ". " + QUAKE.split(". ")[0] + ". Elsewhere, markets were calm."
    )
    place(assigner, article("three", "The day in brief", both, hours=2))
    assert (
        place(assigner, ferry("four", FERRY_OTHER, title="Coffins at Port Caldera", hours=3)).story
        == sea.story
    )
    aftershock = article("five", "Aftershock in Vorn", QUAKE.replace("Sunday", "Monday"), hours=4)
    assert place(assigner, aftershock).story == quake.story


def test_a_live_blog_that_grows_stays_in_its_story() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one", outlet="Caldera Live"))
    grown = FERRY_OTHER + "\n" + FERRY
    second = place(assigner, ferry("two", grown, outlet="Caldera Live", hours=2))
    assert (second.story, second.origin) == (first.story, "two")


def test_a_police_blotter_of_the_next_day_is_no_copy_of_the_last() -> None:
    head = "From the log of the Vorn police. All persons are presumed innocent until a court has found otherwise. "
    days = [
        "A bicycle was taken from Mill Lane. Two men argued over a parking place near the baths.",
        "A shop window was broken in Tower Street. A dog was found and returned to its owner on the ramp.",
    ]
    assigner = Assigner()
    for item in noise(40, seed=11, hours=10):
        place(assigner, item)
    outputs = [
        place(assigner, article(f"b{n}", "Police log", head + text, hours=12 + 24 * n, outlet=f"Vorn {n}"))
        for n, text in enumerate(days)
    ]
    assert outputs[1].copy_of is None


# -- named stories -----------------------------------------------------------------------------------------------


def test_a_pinned_article_goes_where_it_is_pinned() -> None:
    assigner = Assigner()
    step = assigner.step(reading(ferry("one", story="my-story")))
    assert step.reason is Reason.PINNED
    assert (step.outputs[0].story, step.outputs[0].opens_story) == ("my-story", True)
    again = place(assigner, article("two", "Something else", QUAKE, story="my-story"))
    assert (again.story, again.opens_story) == ("my-story", False)


def test_a_pinned_story_takes_no_other_articles() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", story="my-story"))
    assert place(assigner, ferry("two", hours=1)).story == digest("story", "two")


def test_copies_are_seen_within_a_pinned_story() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", story="my-story"))
    assert place(assigner, ferry("two", story="my-story", hours=1)).origin == "one"


def test_the_same_text_in_two_pinned_stories_is_no_copy() -> None:
    assigner = Assigner()
    place(assigner, ferry("one", story="my-story"))
    assert place(assigner, ferry("two", story="your-story", hours=1)).copy_of is None


@pytest.mark.parametrize(
    ("watch", "taken"),
    [
        (Watch(name="sea", all=("ferry", "Port Caldera")), True),
        (Watch(name="sea", any=("tram", "FERRY")), True),
        (Watch(name="sea", places=("Marenza",)), True),
        (Watch(name="sea", all=("ferry",), places=("Vorn",)), False),
        (Watch(name="sea", all=("ferry", "earthquake")), False),
        (Watch(name="sea", any=("ferry",), none=("Saltwind",)), False),
        (Watch(name="sea", all=("salt",)), False),
        (Watch(name="sea"), False),
        (Watch(name="sea", none=("earthquake",)), False),
    ],
)
def test_a_watch_takes_what_its_words_ask(watch: Watch, taken: bool) -> None:
    step = Assigner(Policy(watches=(watch,))).step(reading(ferry("one")))
    assert (step.reason is Reason.WATCHED) is taken
    assert (step.outputs[0].story == digest("watch", "sea")) is taken


def test_a_watch_is_asked_before_likeness_and_names_its_story() -> None:
    assigner = Assigner(Policy(watches=(Watch(name="Caldera ferry", all=("coffins",)),)))
    first = place(assigner, ferry("one"))
    watched = place(assigner, ferry("two", FERRY_OTHER, title="Coffins on the quay", hours=1))
    assert watched.story != first.story
    assert watched.label == "Caldera ferry"
    assert (
        place(assigner, ferry("three", FERRY_OTHER, title="No word of them", hours=2)).story == watched.story
    )


def test_the_first_of_two_matching_watches_takes_the_article() -> None:
    watches = (Watch(name="a", all=("ferry",)), Watch(name="b", all=("caldera",)))
    assert place(Assigner(Policy(watches=watches)), ferry("one")).story == digest("watch", "a")


# -- revisions ---------------------------------------------------------------------------------------------------


def test_a_revision_stays_with_the_version_before_it() -> None:
    assigner = Assigner()
    place(assigner, ferry("one"))
    copy = place(assigner, ferry("two", hours=1))
    changed = article("two~2", "Rewritten from scratch", QUAKE, hours=2, revision_of="two", version=2)
    step = assigner.step(reading(changed))
    assert step.reason is Reason.REVISED
    revised = step.outputs[0]
    assert (revised.story, revised.origin, revised.copy_of) == (copy.story, "one", "one")


def test_a_revision_of_an_unknown_article_is_placed_like_a_new_one() -> None:
    step = Assigner().step(reading(ferry("two", revision_of="never seen", version=2)))
    assert step.reason is Reason.ALONE


# -- decided once ------------------------------------------------------------------------------------------------


def mixed(count: int = 80) -> list[Reading]:
    """News with copies, updates, pins and revisions in it, in order."""
    special = [
        (ferry("one", hours=1), "WNA"),
        (ferry("two", FERRY_REWRITTEN, hours=2), "WNA"),
        (ferry("three", FERRY_OTHER, hours=3), None),
        (ferry("four", hours=4), None),
        (ferry("one~2", FERRY.replace("31", "35"), hours=5, revision_of="one"), "WNA"),
        (article("five", "Earthquake kills 31 in Vorn", QUAKE, hours=6), None),
        (article("six", "Vorn after the quake", QUAKE, hours=30, story="pinned"), None),
        (article("seven", "Vorn after the quake", QUAKE, hours=31), None),
    ]
    readings = [reading(item, agency) for item, agency in special] + [reading(item) for item in noise(count)]
    return sorted(readings, key=lambda item: (item.article.at, item.article.id))


def test_an_article_seen_again_gets_the_same_answer() -> None:
    assigner = Assigner()
    readings = mixed()
    outputs = [assigner.step(item).outputs for item in readings]
    again = [assigner.step(item) for item in readings]
    assert [step.outputs for step in again] == outputs
    assert {step.reason for step in again} == {Reason.DUPLICATE}


@pytest.mark.parametrize("cut", [0, 1, 17, 60, 88])
def test_restored_half_way_is_as_if_undisturbed(cut: int) -> None:
    readings = mixed()
    whole = Assigner()
    outputs = [whole.step(item).outputs[0] for item in readings]
    restored = Assigner()
    restored.restore(outputs[:cut])
    assert [restored.step(item).outputs[0] for item in readings[cut:]] == outputs[cut:]
    assert restored.snapshot() == whole.snapshot()


@pytest.mark.parametrize("cut", [0, 17, 60])
def test_a_snapshot_and_the_outputs_since_are_as_good_as_never_having_stopped(cut: int) -> None:
    readings = mixed()
    whole = Assigner()
    outputs = [whole.step(item).outputs[0] for item in readings[:cut]]
    data = whole.snapshot()
    outputs += [whole.step(item).outputs[0] for item in readings[cut:]]
    restored = Assigner.from_snapshot(data)
    restored.restore(outputs[max(0, cut - 5) : 70])  # what the snapshot holds already is passed over
    assert [restored.step(item).outputs[0] for item in readings[70:]] == outputs[70:]
    assert restored.snapshot() == whole.snapshot()


@pytest.mark.parametrize("damage", [b"", b"something else", slice(0, 100), slice(0, -1)])
def test_a_damaged_snapshot_is_refused(damage: bytes | slice) -> None:
    assigner = Assigner()
    place(assigner, ferry("one"))
    data = assigner.snapshot()
    with pytest.raises(StateError, match="cannot be used"):
        Assigner.from_snapshot(data[damage] if isinstance(damage, slice) else damage)


def test_a_flipped_bit_is_noticed() -> None:
    data = bytearray(Assigner().snapshot())
    data[len(data) // 2] ^= 1
    with pytest.raises(StateError, match="cut short, changed"):
        Assigner.from_snapshot(bytes(data))


def test_a_snapshot_of_another_policy_is_refused() -> None:
    data = Assigner(Policy(window=timedelta(days=3))).snapshot()
    with pytest.raises(StateError, match="another version or configuration"):
        Assigner.from_snapshot(data)


def test_all_languages_are_kept_in_one_snapshot() -> None:
    assigners = Assigners()
    first = assigners.step(reading(ferry("one")), None, START).outputs[0]
    assigners.step(reading(ferry("uno"), language="es"), None, START)
    restored = Assigners()
    restored.load(assigners.snapshot())
    assert restored.step(reading(ferry("one")), None, START).outputs == (first,)
    assert restored.step(reading(ferry("dos"), language="es"), None, START).outputs[0].origin == "uno"
    restored.clear()
    assert restored.step(reading(ferry("tres"), language="es"), None, START).reason is Reason.ALONE


def test_what_leaves_the_window_is_forgotten_and_memory_stays_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "FORGET", 128)
    monkeypatch.setattr(
        postings, "_FEW", 1 << 12
    )  # so that each row of the table is in use from the first batch on
    assigner = Assigner(Policy(window=timedelta(hours=10), copies=timedelta(hours=5)))
    sizes = []
    for batch in range(4):
        for number, item in enumerate(noise(1100, seed=20 + batch, hours=9)):
            shifted = Article(
                **{
                    **_fields(item),
                    "body": item.body[:80],
                    "arrived": START + timedelta(hours=24 * batch + number / 120),
                    "published": None,
                }
            )
            assigner.step(reading(shifted))
        sizes.append(len(assigner.snapshot()))
    assert sizes[3] < 1.05 * sizes[2]


def test_a_window_shorter_than_that_of_copies_mixes_no_texts_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "FORGET", 16)
    assigner = Assigner(Policy(window=timedelta(hours=6)))
    place(assigner, ferry("one", story="pinned"))
    for item in noise(120, seed=31, hours=40):
        place(assigner, item)
    assert place(assigner, ferry("two", story="pinned", hours=41)).origin == "one"


def test_an_old_text_that_comes_late_is_compared_with_what_came_lately() -> None:
    assigner = Assigner()
    first = place(assigner, ferry("one"))
    for item in noise(20, seed=32, hours=100):
        place(assigner, item)
    late = Article(**{**_fields(ferry("two", hours=1)), "arrived": START + timedelta(hours=101)})
    placed = place(assigner, late)
    assert (placed.story, placed.copy_of) == (first.story, None)


def test_two_orders_of_arrival_group_copies_alike() -> None:
    items = [
        (ferry("one"), "WNA"),
        (ferry("two", FERRY_REWRITTEN, hours=0), "WNA"),
        (ferry("three", ". ".join(FERRY.split(". ")[2:]), hours=0), None),
        (ferry("four", FERRY_OTHER, hours=0), None),
    ]
    for order in itertools.permutations(items):
        assigner = Assigner()
        placed = {item.id: place(assigner, item, agency) for item, agency in order}
        origins = {name: placed[name].origin for name in placed}
        assert len({placed[name].story for name in placed}) == 1
        assert origins["one"] == origins["two"] == origins["three"]
        assert origins["four"] == "four"


def _fields(item: Article) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__struct_fields__}
