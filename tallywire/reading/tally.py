"""An article's bottom line a metric: everyone it says was killed (injured, …) in the event it reports.

Numbers and single people are added up apart. Of the numbers the largest total stands, parts of one
sentence are summed where no total is given, increments are added. Single people are told apart by what
the text says of them (sex, age, name, noun), so that one victim told of five times is one. The larger of
both is the bottom line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from msgspec.structs import replace

from tallywire.reading.notes import Note, Person
from tallywire.records import Bounds, Metric, Scope, Status

_LEAD = 4  # sentences
_SHARE = 5  # tokens from one number to the next in "two of the other seven"
_TOLD = 12  # sentences; a victim of whom nothing is told before is not what the article is about
_CROWD = 100  # people that one more is compared with, at most: no news tells of so many one by one
_COUNTED = frozenset({Scope.TOTAL, Scope.PART, Scope.INCREMENT})
_SPOKEN = frozenset({Status.ASSERTED, Status.UNCONFIRMED})


def tally_of(notes: Sequence[Note]) -> dict[Metric, Bounds]:
    """The bottom line of an article's claims; a metric without any is left out."""
    spoken = _as_told([note for note in notes if note.claim.status in _SPOKEN])
    past = _past(spoken)
    spoken = [
        _with_scope(note, Scope.TOTAL) if note.claim.metric in past and not note.aside else note
        for note in spoken
    ]
    dead = _people(_of(spoken, Metric.KILLED))
    tally: dict[Metric, Bounds] = {}
    for metric in Metric:
        of_metric = _of(spoken, metric)
        if metric is Metric.DISPLACED:  # evacuated people are displaced, too
            of_metric = [note for note in spoken if note.claim.metric in (metric, Metric.EVACUATED)]
        if metric is Metric.INJURED:
            of_metric = _without_the_dead(spoken, tally.get(Metric.KILLED))
        bounds = _bottom(of_metric, dead if metric is Metric.INJURED else [])
        if bounds is not None:
            tally[metric] = bounds
    return _with_the_dead_apart(tally, spoken)


def _past(notes: Sequence[Note]) -> Set[Metric]:
    """The metrics whose past is what the text is about: all of them, or those that it opens with and no other.

    Arrests and trials come later than their event; lines that point to other texts are about nothing.
    """
    told = [note for note in notes if not note.aside and note.claim.metric is not Metric.DETAINED]
    present = [note for note in told if note.claim.scope is not Scope.BACKGROUND]
    if not present:
        return frozenset(Metric)
    opening = {("title", 0), ("body", 0)} - {note.sentence for note in present}
    return {n.claim.metric for n in told if n.sentence in opening} - {n.claim.metric for n in present}


def _without_the_dead(notes: Sequence[Note], killed: Bounds | None) -> list[Note]:
    """The injured; "he shot three people": where three are dead, these are they, unless told beside the dead."""
    injured = _of(notes, Metric.INJURED)
    if killed is None or killed.low is None:
        return injured
    dead = _of(notes, Metric.KILLED)
    beside = {note.sentence for note in dead if not _is_own_hand(note)}
    himself = {note.sentence for note in dead} - beside  # "he shot the other three and then himself"
    died = {
        note.sentence
        for note in injured
        if note.hit
        and not (note.others and note.sentence not in himself)
        and note.sentence not in beside
        and 2 <= (note.claim.low or 0) <= killed.low
    }
    return [note for note in injured if note.sentence not in died or not note.hit]


def _as_told(notes: list[Note]) -> list[Note]:
    """The notes; what separate events have in all is beside the one that the text is about, wherever it is told."""
    in_all = {_figure(note) for note in notes if note.apart and note.person is None}
    return [
        _with_scope(note, Scope.BACKGROUND)
        if _is_counted(note) and (note.apart or (note.person is None and _figure(note) in in_all))
        else note
        for note in notes
    ]


def _figure(note: Note) -> tuple[Metric, int | None]:
    return note.claim.metric, note.claim.low


def _with_scope(note: Note, scope: Scope) -> Note:
    return replace(note, claim=replace(note.claim, scope=scope))


def _of(notes: Sequence[Note], metric: Metric) -> list[Note]:
    return [note for note in notes if note.claim.metric is metric]


def _bottom(notes: list[Note], dead: list[Person]) -> Bounds | None:
    counted = [note for note in notes if _is_counted(note)]
    counted = [note for note in counted if note.person is None or _is_told_early(note)]
    counted = _of_the_lead(counted, dead)
    if not counted:  # "two officers were among the dead" and no more: at least these
        counted = [note for note in notes if note.claim.scope is Scope.SUBSET]
    if not counted:
        return None
    many = _numbers(counted)
    persons = _people(counted)
    if many is not None and (many.low or many.high or 0) >= len(persons):
        return many
    return Bounds(len(persons), len(persons)) if persons else many


def _of_the_lead(notes: list[Note], dead: Sequence[Person]) -> list[Note]:
    """The claims of title and lead; of the rest where these have none, or none but of the dead.

    One who is told of later as hit and no more may be one of the dead, too.
    """
    lead = [note for note in notes if _stands_within(_LEAD, note)]
    alive = [note for note in lead if not _is_of(dead, note)]
    if alive or not lead:
        return alive or [note for note in notes if not _is_of(dead, note)]
    return [note for note in notes if not _is_of(dead, note) and (note.person is None or not note.hit)]


def _is_of(dead: Sequence[Person], note: Note) -> bool:
    """Whether a claim of one who was hit is of one who died: told apart from any death, as no victim besides."""
    person = note.person
    if person is None or not (note.alone or note.pronoun or person.reflexive):
        return False
    return any(person.may_be(victim) for victim in dead[:_CROWD])


def _is_added(note: Note) -> bool:
    """Whether one person comes on top of a number: "then killed himself", "another boy was found wounded"."""
    return _is_own_hand(note) or note.claim.scope is Scope.INCREMENT


def _is_own_hand(note: Note) -> bool:
    """Whether somebody killed himself, whom a number beside him leaves out: "killed four people, then himself"."""
    return note.claim.metric is Metric.KILLED and note.person is not None and note.person.reflexive


def _is_counted(note: Note) -> bool:
    return note.claim.scope in _COUNTED


def _is_told_early(note: Note) -> bool:
    """Whether one person stands where the article's own event is told; who was arrested is told last."""
    return note.claim.metric is Metric.DETAINED or _stands_within(_TOLD, note)


def _stands_within(sentences: int, note: Note) -> bool:
    """Whether a claim stands in the title or the first sentences: news tells its own event first."""
    field, index = note.sentence
    return field == "title" or index < sentences


def _by_sentence(notes: Sequence[Note]) -> Iterable[list[Note]]:
    """The claims of one sentence after the other."""
    sentences: dict[tuple[str, int], list[Note]] = {}
    for note in notes:
        sentences.setdefault(note.sentence, []).append(note)
    return sentences.values()


def _numbers(notes: list[Note]) -> Bounds | None:
    """The largest total of a sentence, with the increments that come after it; a title's number has them in it.

    A killer who took his own life, as another sentence tells, comes on top of those that he is said to have killed.
    """
    best: Bounds | None = None
    told: Sequence[Note] = ()  # the sentence that gives it
    before: Bounds | None = None  # the figure that "another two" adds to
    for here in _by_sentence(notes):
        if best is not None and any(note.person and note.person.ordinal == _size(best) + 1 for note in here):
            best = _plus(best, Bounds(1, 1))  # four, and then "a fifth victim"
        place = max((note.claim.low or 0 for note in here if note.person is not None), default=0)
        if place > max(1, _size(best) if best is not None else 0):
            best, told = (
                Bounds(place, None),
                here,
            )  # "a fourth person has died": of the others nothing is said
        if all(note.person is not None and not _is_added(note) for note in here):
            continue
        base = _sum([note for note in here if note.claim.scope is not Scope.INCREMENT])
        added = _sum([note for note in here if note.claim.scope is Scope.INCREMENT])
        if added is not None and not any(note.toll for note in here):
            base = _plus(base or before or Bounds(0, 0), added)
        if base is not None and (best is None or _size(base) > _size(best)):
            best, told = base, here
        before = None if here[0].claim.evidence.field == "title" else base
    own_hand = [note.sentence for note in notes if _is_own_hand(note)]
    if best is not None and own_hand and told[0].sentence not in own_hand and any(map(_is_deed, told)):
        best = _plus(best, Bounds(1, 1))
    return best


def _is_deed(note: Note) -> bool:
    """Whether a number is told of whoever did it: "killed four", which leaves the killer out."""
    return note.active and note.person is None


def _sum(notes: list[Note]) -> Bounds | None:
    """The groups of one sentence together: parts and linked groups are summed, otherwise the largest stands.

    One person is added to the number that follows ("a boy and two teenagers were hit", "hit a boy and hurt two
    others") and to the number that a killer leaves himself out of ("killed four people, then himself").
    """
    total: Bounds | None = None
    best: Bounds | None = None
    before: Note | None = None
    for note in notes:
        own = Bounds(note.claim.low, note.claim.high)
        if note.toll:
            return own
        if before is None or total is None:
            adds = False
        elif note.others and note.person is None and before.person is not None:
            adds = note.claim.scope is not Scope.INCREMENT
        elif note.person is None or note.numbered or note.claim.scope is Scope.PART:
            adds = note.linked
        else:
            adds = before.active and _is_own_hand(note)
        total = _plus(total, own) if total is not None and adds else own
        before = note
        if best is None or _size(total) > _size(best):
            best = total
    return best


def _plus(one: Bounds, other: Bounds) -> Bounds:
    low = None if one.low is None and other.low is None else (one.low or 0) + (other.low or 0)
    high = None if one.high is None or other.high is None else one.high + other.high
    return Bounds(low, high)


def _size(bounds: Bounds) -> int:
    return bounds.low if bounds.low is not None else bounds.high or 0


def _people(notes: Sequence[Note]) -> list[Person]:
    """The single people of the notes, each once."""
    found: list[Person] = []
    slain: set[int] = set()  # by another: "shot dead his wife"
    last: dict[int, tuple[tuple[str, int], int]] = {}
    for note in notes:
        person = note.person
        if person is None:
            continue
        for k in range(max(0, len(found) - _CROWD), len(found)):
            known = found[k]
            same_sentence = last[k][0] == note.sentence and last[k][1] != note.place
            meant = note.pronoun or person.reflexive or person.is_the_same(known)
            if _is_own_hand(note) and k in slain:
                continue
            if person.may_be(known) and (not same_sentence or meant):
                found[k] = known.with_(person)
                last[k] = (note.sentence, note.place)
                break
        else:
            if note.active and not _is_own_hand(note):
                slain.add(len(found))
            last[len(found)] = (note.sentence, note.place)
            found.append(person)
    return found


def _with_the_dead_apart(tally: dict[Metric, Bounds], notes: Sequence[Note]) -> dict[Metric, Bounds]:
    """'Six people were shot; one died': five are injured.  'Six were hurt, two of whom later died': four are.

    So they are where the text itself parts them elsewhere: "one dead, three injured; four were taken to hospital".
    """
    killed, injured = tally.get(Metric.KILLED), tally.get(Metric.INJURED)
    if not (killed and injured and killed.low and injured.low):
        return tally
    counted = [note for note in notes if _is_counted(note)]
    beside = [hurt for hurt in _told_beside(counted, killed.low) if 0 <= injured.low - hurt <= killed.low]
    drawn = _drawn_from(counted, injured.low)
    left = max(beside) if beside else injured.low - (drawn or killed.low)
    all_hit = injured.low >= max(2, killed.low) and _takes_in_the_dead(counted, injured.low, left)
    if beside or (left > 0 if drawn else all_hit):
        tally[Metric.INJURED] = Bounds(left, None if injured.high is None else left)
    return tally


def _drawn_from(notes: Sequence[Note], injured: int) -> int:
    """How many of so many injured have died, as the text goes on to say: "… were hurt. Two of them later died"."""
    wholes = [note for note in notes if note.claim.metric is Metric.INJURED and note.claim.low == injured]
    drawn = (
        note.claim.low or 0
        for place, note in enumerate(notes)
        if note.drawn and any(whole in notes[:place] or _is_share(note, whole) for whole in wholes)
    )
    return max(drawn, default=0)


def _is_share(note: Note, whole: Note) -> bool:
    """Whether some are counted out of a number right behind theirs: "two of the seven wounded"."""
    return note.sentence == whole.sentence and 0 < whole.place - note.place < _SHARE


def _told_beside(notes: Sequence[Note], killed: int) -> list[int]:
    """How many injured the text counts in one breath with all of the dead: "one dead, three injured"."""
    told: list[int] = []
    for here in _by_sentence(notes):
        dead = _sum([note for note in _of(here, Metric.KILLED) if not note.drawn])
        hurt = _sum(
            [note for note in _of(here, Metric.INJURED) if _is_number(note) and not _may_be_dead(note)]
        )
        if dead is not None and hurt is not None and _size(dead) == killed:
            told.append(_size(hurt))
    return told


def _takes_in_the_dead(notes: Sequence[Note], largest: int, left: int) -> bool:
    """Whether the largest number of injured is told as one of those who were hit, or the text parts the rest."""
    told = _of(notes, Metric.INJURED)
    whole = [note for note in told if note.claim.low == largest]
    rest = [note for note in told if note.claim.low == left and not note.alone and _is_number(note)]
    return bool(whole) and (
        all(_may_be_dead(note) for note in whole) or bool(rest and all(note.alone for note in whole))
    )


def _may_be_dead(note: Note) -> bool:
    """Whether those who were hit may have died of it: "four were shot", not "four others were shot"."""
    return note.hit and not note.others


def _is_number(note: Note) -> bool:
    """Whether a claim is a count and no description of one person: "1 wounded", not "a girl was wounded"."""
    return note.person is None or not note.person.head
