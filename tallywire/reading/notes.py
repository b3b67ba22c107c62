"""A claim with what the reader noted beside it: what the tally needs to tell one victim from another."""

from __future__ import annotations

from msgspec import Struct

from tallywire.records import Claim

_SEXES = {"woman": "female", "man": "male"}


class Person(Struct, frozen=True, gc=False):
    """What a text says of one person it counts."""

    sex: str = ""
    age: int | None = None
    child: bool = False
    name: frozenset[str] = frozenset()  #: the words of the name, in lower case
    head: str = ""  #: the noun: "driver"
    perpetrator: bool = False
    definite: bool = False
    another: bool = False  #: "another man", "a second man"
    anyone: bool = False  #: the noun may stand for any person: "the man"
    ordinal: int = 0  #: "a fifth victim"
    reflexive: bool = False  #: "himself": somebody the sentence has told of already

    def may_be(self, other: Person) -> bool:
        """Whether both descriptions can be of one person."""
        if self.another or (self.sex and other.sex and self.sex != other.sex):
            return False
        if self.age is not None and other.age is not None and self.age != other.age:
            return False
        if self.name and other.name and not self.name & other.name:
            return False
        if self.perpetrator != other.perpetrator and (self.tells or other.tells):
            return False
        return self.definite or self.anyone or other.anyone or self.head == other.head

    def is_the_same(self, other: Person) -> bool:
        """Whether the noun of one told of before comes back: "a driver was shot; the driver was taken to hospital"."""
        return self.definite and not self.name and self.head == other.head

    @property
    def tells(self) -> bool:
        """Whether the description is of a victim in particular."""
        return self.child or self.sex == "female"

    def with_(self, other: Person) -> Person:
        """Both descriptions together."""
        return Person(
            sex=self.sex or other.sex,
            age=self.age if self.age is not None else other.age,
            child=self.child or other.child,
            name=self.name | other.name,
            head=other.head if self.anyone else self.head,
            perpetrator=self.perpetrator or other.perpetrator,
            anyone=self.anyone and other.anyone,
        )


class Note(Struct, frozen=True, gc=False):
    """A claim and what was noted of it."""

    claim: Claim
    sentence: tuple[str, int]  #: field and index
    place: int  #: of the counted words within the sentence
    aside: bool = False  #: a line that points to another text
    active: bool = False  #: said of whoever did it, and is none of them: "killed four"
    hit: bool = False  #: "shot", "stabbed": of people who may have died of it
    alone: bool = False  #: no death stands in the same sentence, from which this one would be told apart
    drawn: bool = False  #: dead who were told of as hurt: "two of them later died"
    toll: bool = False
    linked: bool = False  #: a further group beside the one before
    numbered: bool = False  #: the number is written: "one man", not "a man"
    person: Person | None = None  #: where one person is counted
    pronoun: bool = False
    apart: bool = False  #: of events that have nothing to do with each other
    others: bool = False  #: "three others": without those the sentence has told of


def sex_of(roles: tuple[str, ...]) -> str:
    """'male', 'female' or '' by the roles of a group."""
    sexes = {_SEXES[role] for role in roles if role in _SEXES}
    return sexes.pop() if len(sexes) == 1 else ""
