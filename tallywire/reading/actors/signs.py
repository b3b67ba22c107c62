"""Signs: what the words around a name say about whom or what it names, and how much they weigh.

Each sign is a fact of grammar ("a report verb follows", "an age follows"), never a guess from the name itself.
Signs that a person alone can show weigh `STRONG`; those that an organisation or a thing may show as well weigh less
and need company.  `preceding` and `following` find them.
"""

from __future__ import annotations


class Sign:
    """What stands around a name, as bits of an int: a name in several places has the union of their signs.

    Plain integers, since an `IntFlag` costs a hundred times as much and half the time of a whole reading.
    """

    NONE = 0
    TITLE = 1  # an office, a rank, a trade or a kinship before it
    APPOSED = 2  # … after it, between commas
    AGE = 4
    WHO = 8
    OWNS = 16  # what only a person has: a wife, a lawyer, a body
    SPEAKS = 32  # subject of a report verb that follows
    SAID = 1 << 18  # subject of a report verb before it: "said X"
    PRONOUN = 64  # subject of a report verb, and "he" or "she" takes the name up
    ACTS = 128  # subject of another verb that people are subjects of
    SUFFERS = 256  # what was done to it is done to people: arrested, sworn in
    TARGET = 512  # object of such a verb
    IDENTIFIED = 1024  # "identified as", "a man named"
    GIVEN = 2048  # opens with a given name
    AGAIN = 4096  # its last word stands alone later on
    BESIDE = 8192  # joined by "and" or a comma with a person
    AMONG = 1 << 19  # after a plural noun for people: "the victims, X and Y"
    FROM = 1 << 20  # "of" and a place follow, or "with" and a body
    HIS = 1 << 21  # subject of a report verb, and "his" or "her" takes the name up
    CODE = 1 << 22  # "codenamed": what follows is an operation's
    THE = 1 << 14  # against: an article before it
    PLACE = 1 << 15  # against: "in", "at", "near" before it
    THING = 1 << 16  # against: a vessel, a storm, a noun it is the name of
    WHICH = 1 << 17  # against: "which" takes it up


STRONG = Sign.TITLE | Sign.APPOSED | Sign.AGE | Sign.WHO | Sign.OWNS | Sign.PRONOUN | Sign.IDENTIFIED
ACTIVE = Sign.SPEAKS | Sign.SAID | Sign.PRONOUN | Sign.ACTS | Sign.SUFFERS | Sign.TARGET
SUBJECT = Sign.SPEAKS | Sign.PRONOUN | Sign.ACTS | Sign.SUFFERS
UNDERGOES = Sign.SUFFERS | Sign.TARGET
_ONE = (
    Sign.SPEAKS,
    Sign.ACTS | Sign.TARGET,
    Sign.GIVEN,
    Sign.AGAIN,
    Sign.BESIDE,
    Sign.AMONG,
    Sign.FROM,
    Sign.HIS,
)
_AGAINST = ((Sign.THE, 2), (Sign.PLACE, 1), (Sign.THING, 2), (Sign.WHICH, 3))


def weight(signs: int) -> int:
    """How much speaks for a person: 2 and more decides."""
    total = 2 * (signs & (STRONG | Sign.SUFFERS | Sign.SAID)).bit_count()
    for sign in _ONE:
        if signs & sign:
            total += 1
    for sign, loss in _AGAINST:
        if signs & sign:
            total -= loss
    return total
