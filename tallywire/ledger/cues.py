"""What the words around a number tell the ledger: a correction, a change, people found or dead since.

Patterns of English, matched on sentences folded to lower case without accents.
"""

from __future__ import annotations

import re

from tallywire.ledger.metrics import GROWING
from tallywire.ledger.words import fold
from tallywire.records import Actor, Claim, Metric, Scope, Status

_NUMBER = (
    r"(?:\d[\d,]*|\w*(?:teen|ty)(?:-\w+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_CORRECTION = re.compile(
    r"\b(?:correct(?:ed|ion|s|ing)|revis(?:ed|ion|es|ing)|lower(?:ed|s|ing)? (?:the|its|their|his)|downgrad\w+|"
    r"down from|cut (?:the|its|their)|reduced (?:the|its|their)|recount\w*|miscount\w*|mistaken\w*|erroneous\w*|"
    rf"retract\w*|walked back|double[- ]counted|counted twice|, not (?:the )?{_NUMBER}|not the {_NUMBER}|instead of|"
    r"rather than|wrongly|"
    r"initially (?:said|reported|put|given|counted)|earlier (?:said|reported|put|count|figure|toll)|"
    r"previously (?:said|reported|put|stated)|(?:said|reported|announced|stated) (?:earlier|previously|initially))\b"
)
_CHANGE = re.compile(
    r"\b(?:(?:toll|tally|number|count|figure|total|dead|deaths|casualties)\b[^.;]{0,60}\b(?:ris\w+|rose|climb\w*|"
    r"gr[eo]w\w*|jump\w*|increas\w*|soar\w*|mount\w*|reach\w*|pass(?:es|ed)|top(?:s|ped)|stands? now|now stands?|"
    r"fell|falls?|drop\w*)|"
    r"(?:ris(?:es?|en|ing)|rose|climb\w*|jump\w*|increas\w*|soar\w*|up|down) (?:to|from|by|past|above)|"
    r"bring(?:s|ing) the|brought the|new (?:toll|count|figure)|updated|revised|now|"
    r"(?:another|more|further|additional) (?:\w+ )?(?:people|bodies|victims|deaths|dead))\b"
)
_ENDED = re.compile(
    r"\b(?:still|remain\w*|down|f[ae]ll\w*|drop\w*|found|located|identified|released|freed|rescued|return\w*|"
    r"went home|gone home|discharged|safe|alive|unaccounted)\b"
)
_NO_LONGER = {
    Metric.INJURED: re.compile(
        r"\bof the (?:injured|wounded|hurt)\b[^.;]{0,40}\b(?:die[ds]?|dead|death|succumb\w*|discharged)\b"
    ),
    Metric.RESCUED: re.compile(
        r"\bof the (?:dead|deceased|fatalities)\b[^.;,]{0,20}\b(?:pulled|dug|recovered|retrieved|found)\b"
    ),
    Metric.MISSING: re.compile(
        r"\bof the missing\b[^.;]{0,40}\b(?:found|located|dead|alive|safe|identified)\b"
    ),
    Metric.KIDNAPPED: re.compile(
        r"\bof the (?:hostages|captives)\b[^.;]{0,40}\b(?:freed|released|rescued|dead)\b"
    ),
    Metric.DETAINED: re.compile(
        r"\bof the (?:detainees|detained|arrested)\b[^.;]{0,40}\b(?:freed|released)\b"
    ),
}
# How many of the displaced are so no more: "25,000 displaced people have returned home, leaving 38,000".
_WENT_HOME = re.compile(
    r"\b(\d[\d,]*) (?:(?:of|the|displaced|people|persons|residents|families|villagers|evacuees) ){0,4}"
    r"(?:(?:have|has|had) )?(?:already |since |now )?"
    r"(?:(?:returned|gone|went|come|came|moved) (?:back )?(?:home|to their (?:homes|villages|houses))|"
    r"gone back|went back)\b"
)
# Everyone in a state who has left it: "all five missing workers have been found".
_ALL_HAVE_LEFT = re.compile(
    r"\b(?:all|both|the (?:last|remaining|final))\b(?! (?:but|except))[^.;,]{0,40}\b"
    r"(?P<state>missing|detained|arrested|detainees|hostages|captives|"
    r"kidnapped|abducted)\b(?:(?! (?:but|except) )[^.;,]){0,40}?\b(?:have|has|had|were|was|are|is)\b"
    r"(?: (?:been|now|since|later|also|both|all|safely|finally)){0,3} "
    r"(?:found|located|rescued|freed|released|recovered|accounted for|safe|home|alive|dead|confirmed dead)\b"
)
_LEFT = {
    Metric.MISSING: {"missing"},
    Metric.DETAINED: {"detained", "arrested", "detainees"},
    Metric.KIDNAPPED: {"hostages", "captives", "kidnapped", "abducted"},
}
_DIED_SINCE = re.compile(
    r"\b(?:succumb\w*|died? (?:of|from) (?:\w+ ){0,3}(?:injuries|wounds|injury)|died? in (?:\w+ ){0,2}hospitals?|"
    r"(?:injured|wounded|hurt|patients?|survivors?)\b[^.;]{0,40}\b(?:died|have died|has died|dies)|"
    r"died? (?:overnight|later|since)|(?:of|among) the (?:injured|wounded))\b"
)
_OF_A_STATE = re.compile(r"\bof the (?:\w+ ){0,2}(?:missing|injured|wounded|hostages|captives)\b")
_REPORTED = re.compile(
    r"\b(?:said|says?|saying|told|tells?|according to|counted|reports?|reported|confirmed|announced|puts? the|"
    r"claim\w*)\b"
)
_NUMBERS = re.compile(r"\d[\d,]*")
_NEAR = 36  # characters after a cue in which its numbers stand
_PROJECTED = re.compile(
    r"\b(?:could|may|might|would|(?:expected|likely|set|feared|projected|estimated) to|fears? (?:it|that))\b"
    r"[^.;]{0,24}?\b(?:reach|hit|rise|climb|exceed|surpass|top|pass|grow|be|range|have)\b"
)
_OVER_TIME = re.compile(
    r"\b(?:since (?:the )?(?:(?:start|beginning|outbreak|onset) of (?:the )?)?(?:\w+ ){0,2}"
    r"(?:war|conflict|fighting|offensive|uprising|insurgency|crackdown|coup|invasion|hostilities)|"
    r"(?:in|during|throughout) the (?:\w+ ){0,2}(?:war|conflict)|"
    r"(?:so far|since the start of) (?:this|the) year)\b"
)
_FEARED = re.compile(r"(\d[\d,]*)\W{1,3}(?:people )?(?:dead|killed|died|deaths)\W{1,5}fears?\b")
# Behind a name, what is said of it between commas or in brackets, and when: a verb and what follows.
_DEED = re.compile(
    r"(?:, [^,.;]{1,80},| \([^()]{1,20}\))?(?: (?:on|late|early) \w+(?: (?:night|morning|evening|afternoon))?)? "
    r"(?P<deed>(?:(?:has|have|had|was|were|is|also) )*"
    r"(?:\w{2,}ed|\w{3,}s|said|told|took|led|gave|met|made|came|went|left|held|began|wrote|put|sworn|shot)\b"
    r"(?:[^.;,“”\"]|(?<=[A-Z])\.|(?<=\d)[.,](?=\d)|“[^“”]{1,60}”){4,140})(?=[.;,”\"]|$)"
)
_ALONE = re.compile(r"\b(?:in|at|on|from|during|within) (?:[\w'-]+ ){1,4}alone\b")
# Right behind a number: "12 dead in Alder".
_IN_A_PLACE = re.compile(
    r"(?:,? [a-z]+){0,3}? (?:in|at|near) (?!(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December)\b)[A-Z]"
)
# A part of a country, behind a number: "14 people in Kesh province", "nine dead in the district of Orrin".
_KINDS = "province|state|district|county|governorate|prefecture|department|region|canton"
_DISTRICT = re.compile(
    rf"[^.;]{{0,60}}?\b(?:in|across) (?:the )?(?:(?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)(?:'s|’s)? (?:{_KINDS})\b|"
    rf"(?:\w+ )?(?:{_KINDS}) of (?P<named>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?))"
)
_HOUSEHOLDS = re.compile(r"\b(?:families|households)\b")
_OF_THE_HURT = re.compile(r"\S+ of (?:whom|them|those|the (?:\w+ ){0,3}(?:injured|wounded|hurt))\b")
# Right behind a number: "three people were still in hospital".
_STILL_IN_CARE = re.compile(
    r"[^.;,\d]{0,30}?\b(?:still|remain(?:s|ed|ing)?)(?: being)?(?: treated)? (?:in|at) (?:a |the |an? \w+ )?"
    r"(?:hospitals?|intensive care|critical condition)\b"
)
_HIT = re.compile(r"\b(?:shot|shooting|gunned|stabbed|struck|hit|gunshots?)\b")
_HURT = re.compile(r"\b(?:injur|wound|hurt)\w*")
_INHABITANTS = re.compile(
    r"\b(?:(?<!ed )(?<!gone )(?<!went )(?<!back )home to|population of|inhabited by|city of|town of)\b"
)


def deed(actor: Actor) -> str:
    """What the evidence says that an actor does, from its verb to the end of the clause; empty where it shows none."""
    quote = actor.evidence.quote
    for name in (actor.name, *actor.aliases):
        start = quote.find(name)
        match = _DEED.match(quote, start + len(name)) if start >= 0 else None
        if match is not None:
            return match["deed"].strip()
    return ""


def corrects(claim: Claim, claims: tuple[Claim, ...]) -> bool:
    """Whether the words say that an earlier figure was wrong, or the sentence replaces a higher one."""
    replaced = (
        other
        for other in claims
        if other.status is Status.SUPERSEDED
        and other.metric is claim.metric
        and other.evidence.quote == claim.evidence.quote
    )
    higher = any((other.low or other.high or 0) > (claim.low or claim.high or 0) for other in replaced)
    return higher or bool(_CORRECTION.search(fold(claim.evidence.quote)))


def moves(claim: Claim) -> bool:
    """Whether the words say that the figure has changed."""
    return bool(_CHANGE.search(fold(claim.evidence.quote)))


def eases(claim: Claim, claims: tuple[Claim, ...]) -> bool:
    """Whether something happened that lowers the figure without anybody having been wrong."""
    if claim.metric is Metric.INJURED:
        return any(
            one.metric is Metric.KILLED and one.scope is not Scope.BACKGROUND and _died(one) for one in claims
        )
    return claim.metric not in GROWING and bool(_ENDED.search(fold(claim.evidence.quote)))


def reported(claim: Claim) -> bool:
    """Whether somebody is said to give the number, named or not."""
    return bool(claim.claimants) or bool(_REPORTED.search(fold(claim.evidence.quote)))


def joins(claim: Claim) -> bool:
    """Whether the dead it counts were counted as missing, injured or captive before."""
    return claim.metric is Metric.KILLED and bool(_OF_A_STATE.search(fold(claim.evidence.quote)))


def no_longer(claim: Claim) -> bool:
    """Whether a claim counts those who left a state, not those in it: "two of the injured died"."""
    said, left = fold(claim.evidence.quote), _NO_LONGER.get(claim.metric)
    if claim.metric in (Metric.DISPLACED, Metric.EVACUATED) and _is_of(claim, _WENT_HOME.findall(said)):
        return True
    return left is not None and bool(left.search(said))


def all_have_left(claim: Claim) -> bool:
    """Whether a claim counts all who were in a state, and its words say that nobody is any more."""
    if claim.metric not in _LEFT:
        return False
    match = _ALL_HAVE_LEFT.search(fold(claim.evidence.quote))
    return match is not None and match["state"] in _LEFT[claim.metric]


def projected(claim: Claim) -> bool:
    """Whether the number is one that a toll is only expected, feared or able to reach."""
    said = fold(claim.evidence.quote)
    return _is_of(claim, _following(said, _PROJECTED)) or _is_of(claim, _FEARED.findall(said))


def over_time(claim: Claim) -> bool:
    """Whether the number is of a war or a year rather than of one event: "31,000 killed since the war began"."""
    return bool(_OVER_TIME.search(fold(claim.evidence.quote)))


def alone(claim: Claim) -> bool:
    """Whether the number is of one place or day of several: "eleven were killed in Port Alder alone"."""
    end = claim.counted.end - claim.evidence.start if claim.counted is not None else 0
    match = _ALONE.search(fold(claim.evidence.quote), max(end, 0))
    return match is not None and match.start() - end <= _NEAR


def in_a_place(claim: Claim) -> bool:
    """Whether a place stands right behind the number: "12 dead in Alder"."""
    behind = claim.counted.end - claim.evidence.start if claim.counted is not None else 0
    return bool(_IN_A_PLACE.match(claim.evidence.quote, max(behind, 0)))


def district(claim: Claim) -> str:
    """The part of a country that a claim counts, folded; empty where it names none."""
    behind = claim.counted.end - claim.evidence.start if claim.counted is not None else 0
    match = _DISTRICT.match(claim.evidence.quote, max(behind, 0))
    return fold(match["name"] or match["named"]) if match is not None else ""


def households(claim: Claim) -> bool:
    """Whether it counts families, each of several people: "3,000 families were displaced"."""
    return bool(_HOUSEHOLDS.search(fold(claim.group.text)))


def of_the_hurt(claim: Claim) -> bool:
    """Whether the dead it counts are of those told of before, or of the injured: "two of whom later died"."""
    begin = claim.counted.start - claim.evidence.start if claim.counted is not None else 0
    return bool(_OF_THE_HURT.match(fold(claim.evidence.quote), max(begin, 0)))


def is_the_nth(claim: Claim) -> bool:
    """Whether it names the last of so many by his place among them: "a second child" is two children at least."""
    begin = claim.counted.start - claim.evidence.start if claim.counted is not None else 0
    words = claim.evidence.quote[max(begin, 0) :].casefold()
    return (claim.low or 0) > 1 and words.startswith((f"a {claim.group.text}", f"an {claim.group.text}"))


def still_in_care(claim: Claim) -> bool:
    """Whether it counts those of the injured who are in hospital yet."""
    begin = claim.counted.start - claim.evidence.start if claim.counted is not None else 0
    return claim.metric is Metric.INJURED and bool(
        _STILL_IN_CARE.match(fold(claim.evidence.quote), max(begin, 0))
    )


def hit(claim: Claim) -> bool:
    """Whether the words tell who was struck, and leave open who of them lives: "six were shot"."""
    said = fold(claim.evidence.quote)
    return bool(_HIT.search(said)) and not _HURT.search(said)


def inhabitants(claim: Claim) -> bool:
    """Whether the number counts who lives in a place: "the town, home to 125,000 people, was wiped out"."""
    return _is_of(claim, _following(fold(claim.evidence.quote), _INHABITANTS))


def _following(said: str, cue: re.Pattern[str]) -> list[str]:
    """The numbers that stand shortly after a cue."""
    ends = [match.end() for match in cue.finditer(said)]
    return [number for end in ends for number in _NUMBERS.findall(said, end, end + _NEAR)]


def _is_of(claim: Claim, numbers: list[str]) -> bool:
    if not numbers:
        return False
    said = {str(end) for end in (claim.low, claim.high) if end is not None}
    return any(number.replace(",", "") in said for number in numbers)


def _died(claim: Claim) -> bool:
    return bool(_DIED_SINCE.search(fold(claim.evidence.quote)))
