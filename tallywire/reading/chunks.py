"""Step two of the cascade: the letters of a sentence are cut into chunks, and every chunk becomes one symbol.

The grammar (`grammar.toml`) is a list of regular expressions over letters, tried in order at each place.
What a chunk means besides its symbol (a number and its bounds, the words that name the people, what
befell them and whether it is denied or feared) is worked out here from its letters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from copy import copy

from tallywire.reading.numbers import Number
from tallywire.reading.tokens import Tokens
from tallywire.reading.units import Units
from tallywire.reading.vocabulary import ChunkKind, Lexicon, Word
from tallywire.records import Metric, Quantifier


class Chunk:
    """A stretch of a sentence: tokens `start` up to `end`.

    Most chunks are no more than their symbol, so what few of them have is a default of the class.
    """

    number: Number | None = None
    group: tuple[int, int] | None = None  #: the tokens that name the people, without number and determiner
    triggers: tuple[Word, ...] = ()
    members: tuple[Chunk, ...] = ()  #: of a list whose groups are counted apart
    parts: tuple[Chunk, ...] = ()  #: that its people are told in: "23 people, 14 soldiers and nine civilians"
    increment = False  #: "another 12", "three more"
    partitive = False  #: "three of the officers"
    definite = False  #: "the driver", "his wife"
    named = False  #: "Sgt. Ana Ruiz, 29"
    people = False  #: a noun for people stands with it
    animal = False
    negated = False
    modal = False
    feared = False
    hearsay = False  #: "auraient été tués": the mood of what others report
    summed = False  #: "a man, his wife and their two children"
    plural = False  #: of predicates: "were", not "was"
    singular = False  #: … and the other way round

    def __init__(self, symbol: str, letters: str, start: int, end: int) -> None:
        self.symbol = symbol
        self.letters = letters
        self.start = start
        self.end = end


class Sequence:
    """The chunks of a sentence and their symbols as one string.

    Most chunks are never more than their symbol, so what one means is worked out when it is asked for.
    """

    __slots__ = ("_chunks", "_cuts", "_units", "lexicon", "symbols", "tokens")

    def __init__(self, cuts: list[Cut], symbols: str, units: Units, tokens: Tokens, lexicon: Lexicon) -> None:
        self.symbols = symbols
        self.tokens = tokens
        self.lexicon = lexicon
        self._cuts = cuts
        self._units = units
        self._chunks: dict[int, Chunk] = {}

    def __len__(self) -> int:
        return len(self.symbols)

    def at(self, index: int) -> Chunk:
        """The chunk at `index`, with all that it means."""
        chunk = self._chunks.get(index)
        if chunk is None:
            units, (begin, end, kind) = self._units, self._cuts[index]
            chunk = Chunk(
                self.symbols[index], units.letters[begin:end], units.starts[begin], units.ends[end - 1]
            )
            if kind is None:
                _read_single(chunk, units.data[begin])
            elif (read := _READERS.get(kind.name)) is not None:
                read(chunk, units, begin, end, self.tokens, self.lexicon)
            self._chunks[index] = chunk
        return chunk

    def start(self, index: int) -> int:
        """The first token of the chunk at `index`."""
        return self._units.starts[self._cuts[index][0]]

    def end(self, index: int) -> int:
        """The token after the chunk at `index`."""
        return self._units.ends[self._cuts[index][1] - 1]

    def letters(self, index: int) -> str:
        """The classes of the words of the chunk at `index`."""
        begin, end, _ = self._cuts[index]
        return self._units.letters[begin:end]

    def matched(self, pattern: re.Pattern[str], token: int) -> int:
        """The token behind what `pattern` matches over the letters of words from `token` on; `token` for nothing."""
        units = self._units
        match = pattern.match(units.letters, bisect_left(units.starts, token))
        return units.ends[match.end() - 1] if match and match.group() else token

    def merged(self, wholes: dict[tuple[int, int], Chunk]) -> Sequence:
        """The same with one chunk in place of each span of chunks, which are in order."""
        cuts: list[Cut] = []
        symbols = ""
        chunks: dict[int, Chunk] = {}
        done = 0
        for (begin, end), whole in [*wholes.items(), ((len(self), len(self)), None)]:
            kept = (index for index in range(done, begin) if index in self._chunks)
            chunks |= {index - done + len(cuts): self._chunks[index] for index in kept}
            cuts += self._cuts[done:begin]
            symbols += self.symbols[done:begin]
            if whole is not None:
                chunks[len(cuts)] = whole
                cuts.append((self._cuts[begin][0], self._cuts[end - 1][1], None))
                symbols += whole.symbol
            done = end
        merged = Sequence(cuts, symbols, self._units, self.tokens, self.lexicon)
        merged._chunks = chunks
        return merged


Cut = tuple[int, int, ChunkKind | None]  # the units of a chunk, and the line of the grammar that cut it off


def chunks_of(tokens: Tokens, units: Units, lexicon: Lexicon) -> Sequence:
    """The chunks of a sentence."""
    letters, chunkers, kinds = units.letters, lexicon.chunkers, lexicon.chunks
    cuts: list[Cut] = []
    symbols: list[str] = []
    position = 0
    while position < len(letters):
        letter = letters[position]
        chunker = chunkers.get(letter)
        match = chunker(letters, position) if chunker is not None else None
        end = match.end() if match is not None else position
        if match is None or end == position:
            cuts.append((position, position + 1, None))
            symbols.append(letter)
            position += 1
            continue
        kind = kinds[match.lastgroup or ""]
        cuts.append((position, end, kind))
        symbol = kind.symbol
        if symbol in _PERSON:
            symbol = _symbol(kind, units, position, end, tokens, lexicon)
        symbols.append(symbol)
        position = end
    return _with_lists(Sequence(cuts, "".join(symbols), units, tokens, lexicon))


def _symbol(kind: ChunkKind, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> str:
    """The symbol of a chunk with the form of one person's: its kind's, but "a women's group" is no person."""
    symbol = kind.symbol
    letters = units.letters[begin:end]
    if kind.name == "bare" and letters[0] == "x":
        alone = tokens.lower[units.ends[end - 1] - 1] not in lexicon.reflexive
        return symbol if alone else "x"  # "barricaded himself"
    if kind.name != "person" or not _ONE_PERSON.isdisjoint(letters) or "1o" in letters:
        return symbol
    words = tokens.lower[units.starts[begin] : units.ends[end - 1]]
    return "j" if lexicon.collective.isdisjoint(words) else symbol


def _with_lists(sequence: Sequence) -> Sequence:
    """The same with each list of people as one chunk: "a man, his wife and their two children" is four."""
    symbols = sequence.symbols
    wholes: dict[tuple[int, int], Chunk] = {}
    for match in sequence.lexicon.lists.finditer(symbols):
        begin, end = match.span()
        members = _members(sequence, begin, end)
        if not all(_may_be_listed(chunk, members, sequence) for chunk in members):
            continue
        if _adds(members) or _goes_on(sequence, begin, end):
            continue
        whole = _sum(members, sequence, begin, end)
        if whole is not None:
            wholes[begin, end] = whole
    if not wholes:
        return sequence
    return _with_lists(
        sequence.merged(wholes)
    )  # "six priests -- five Spaniards and one Dane -- and two nuns"


def _members(sequence: Sequence, begin: int, end: int) -> list[Chunk]:
    """Those whom a list names; a name after a preposition is where they are from, a pronoun can but open it."""
    symbols = sequence.symbols
    return [
        sequence.at(index)
        for index in range(begin, end)
        if (symbols[index] in "QPs" and not (index - begin > 1 and _is_called(index, sequence)))
        or (symbols[index] == "u" and index == begin)
        or (symbols[index] == "C" and (index == begin or symbols[index - 1] in ",&e"))
    ]


def _adds(members: list[Chunk]) -> bool:
    """Whether more are told of than those before: "two men and another woman"; not so "him and another man"."""
    return members[0].symbol != "u" and any(chunk.increment for chunk in members[1:])


def _goes_on(sequence: Sequence, begin: int, end: int) -> bool:
    """Whether a comma, "and" and an adverb open a clause: "hurt a boy, and then the five men fled"."""
    last = sequence.symbols.rfind(",&", begin, end) + 2
    return last > 2 + begin and sequence.letters(last).startswith("e")


def _is_called(index: int, sequence: Sequence) -> bool:
    """Whether a chunk gives the name and age of the one before: "his father, Ola Venn, 55", "a nurse, Ana Lee, 34"."""
    if sequence.symbols[index - 2 : index + 1] != "P,P":
        return False
    before = sequence.at(index - 2)
    return not before.named and sequence.letters(index).startswith("C")


def _may_be_listed(chunk: Chunk, members: list[Chunk], sequence: Sequence) -> bool:
    """Whether a chunk counts people: by a noun for people, or as a name of two words of which none is a nation's.

    Among other people capitals throughout make no name: "WOUNDED SIX MEN AND CAUSED GREAT DAMAGE".
    """
    if chunk.number is None or not chunk.number.low:
        return False
    if chunk.group is None:
        return chunk.symbol == "u"
    if chunk.symbol != "C":
        return chunk.people
    words = sequence.tokens.words[chunk.start : chunk.end]
    if all(word.isupper() for word in words) and any(other.symbol != "C" for other in members):
        return False
    known = sequence.lexicon.entries(sequence.tokens, chunk.start, chunk.end)
    return len(words) > 1 and not any(word.nation for word in known)


def _sum(members: list[Chunk], sequence: Sequence, begin: int, end: int) -> Chunk | None:
    """The members of a list as one chunk.

    A list with single people in it is one sum ("a woman and her two sons": three). Groups that each have
    a number of their own stay apart, as `members` ("12 soldiers and one civilian": two parts). None where it is no
    list: what dashes or a colon set off must tell who the first are.
    """
    apart = all(is_numbered(chunk, sequence.tokens, sequence.lexicon) for chunk in members)
    first, *others = members
    if len(others) > 1 and _is_told_in(first, others, sequence):
        whole = copy(first)
        whole.end = sequence.end(end - 1)
        whole.parts = tuple(others) if apart else ()
        return whole
    if any(sequence.letters(index) in _SETS_OFF for index in range(begin, end)):
        return None
    whole = Chunk("Q", "", sequence.start(begin), sequence.end(end - 1))
    whole.number, whole.group, whole.people = _total(members), (whole.start, whole.end), True
    whole.animal = any(chunk.animal for chunk in members)
    whole.increment = first.increment
    if apart or all(chunk.symbol == "C" for chunk in members):
        whole.members = tuple(one for chunk in members for one in chunk.members or (chunk,))
    else:
        whole.summed = True
    return whole


def is_numbered(chunk: Chunk, tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether a number says how many they are: "one soldier", not "a soldier", nor "un soldado"."""
    if chunk.members:
        return True
    number = chunk.letters.lstrip(_BEFORE_NUMBERS)[:1]
    if number != "1" or chunk.group is None:
        return number in ("N", "<")
    return lexicon.articles.isdisjoint(tokens.lower[chunk.start : chunk.group[0]])


def _is_told_in(whole: Chunk, others: list[Chunk], sequence: Sequence) -> bool:
    """Whether the rest of a list says who the first are: "six workers, three women and three men".

    So it does where the numbers agree ("at least six" and six, too). Where they do not, "32 people, 14 soldiers and
    nine civilians" still are no three groups: whoever follows people at large is one of them.
    """
    if not all(_may_be_among(whole, one, sequence) for one in others):
        return False
    first, rest = whole.number, _total(others)
    if first is None or first.low is None or rest.low is None:
        return False
    if first.low == rest.low:
        return True
    noun = sequence.tokens.lower[whole.group[1] - 1] if whole.group else ""
    return noun in sequence.lexicon.anyone and first.low > rest.low


def _may_be_among(whole: Chunk, one: Chunk, sequence: Sequence) -> bool:
    """Whether a member can be of the first: a boy is a child, but no woman is one of three men, nor a Dane a Pole."""
    return all(
        not kinds or not others or not kinds.isdisjoint(others)
        for kinds, others in zip(_kinds(whole, sequence), _kinds(one, sequence), strict=True)
    )


def _kinds(chunk: Chunk, sequence: Sequence) -> tuple[frozenset[str], ...]:
    """Sex and age, other roles, and nations that the words of a chunk tell."""
    known = list(sequence.lexicon.entries(sequence.tokens, *chunk.group)) if chunk.group else []
    roles = frozenset(role for word in known for role in word.roles)
    nations = frozenset(word.nation for word in known if word.nation)
    return roles & _SEX_AND_AGE, roles - _SEX_AND_AGE, nations


def _total(members: list[Chunk]) -> Number:
    numbers = [chunk.number for chunk in members if chunk.number is not None]
    low = sum(number.low or 0 for number in numbers)
    if any(number.high is None for number in numbers):
        return Number(low, None, Quantifier.AT_LEAST)
    exact = all(number.quantifier is Quantifier.EXACT for number in numbers)
    high = sum(number.high or 0 for number in numbers)
    return Number(low, high, Quantifier.EXACT if exact else Quantifier.ABOUT)


def _read_single(chunk: Chunk, data: Number | Word | None) -> None:
    """A word that no pattern takes."""
    if chunk.symbol == "u":
        chunk.number = _ONE
    if isinstance(data, Word) and data.metric is not None:
        chunk.triggers = (data,)


def _read_quantity(
    chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon
) -> None:
    """A number with its bounds and, where they are named, the people."""
    letters = units.letters
    first = next((k for k in range(begin, end) if letters[k] in "N1"), None)
    if first is None:  # "a wounded soldier"
        chunk.number = _ONE
        _read_people(chunk, units, begin, end, tokens, lexicon)
        _read_fate(chunk, units, begin, end, tokens, lexicon)
        return
    number = _number_at(units, first)
    after = first + 1
    if after + 1 < end and letters[after] in ">/&" and letters[after + 1] in "N1":
        number = _span(number, _number_at(units, after + 1))
        after += 2
    bounds = _bounds(units, begin, first)
    if after < end and letters[after] == "+":
        bounds = _bounds(units, after, after + 1)
        after += 1
    chunk.number = _bounded(number, bounds)
    chunk.increment = "M" in letters[begin:after] or letters[after : after + 1] == "M"
    if letters[after : after + 1] == "o":
        chunk.partitive = letters[after + 1 : after + 2] in ("t", "A", "l", "w", "p", "K", "D")
    elif letters[after : after + 1] == "4":
        chunk.partitive = True
    _read_group(chunk, units, after, end, tokens, lexicon)
    _read_fate(chunk, units, after, end, tokens, lexicon)


def _read_person(chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> None:
    """One person or a name; what turned out to be none ("a women's group") counts nobody."""
    if chunk.symbol == "P":
        _read_people(chunk, units, begin, end, tokens, lexicon)


def _read_people(chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> None:
    """People without a number: one person, a name, or people of a kind."""
    letters = units.letters
    if letters[begin:end] == "M" and tokens.lower[chunk.start] not in lexicon.another:
        return  # "more" counts nobody
    chunk.definite = letters[begin] in "th"
    chunk.increment = "M" in letters[begin:end] and end - begin > 1
    chunk.named = "C" in letters[begin:end] and letters[begin] not in "a1"
    _read_group(chunk, units, begin, end, tokens, lexicon)
    chunk.people = chunk.people or chunk.symbol in "Ps"
    if chunk.symbol in "PsjCy":
        known = [units.data[k] for k in range(begin, end)]
        count = max((entry.count for entry in known if isinstance(entry, Word)), default=1)
        chunk.number = _ONE if count == 1 else Number(count, count, Quantifier.EXACT)
        if letters[begin] == "1" or (letters[begin] in "qtAMmeh" and "1" in letters[begin:end]):
            bounds = _bounds(units, begin, end)
            chunk.number = _bounded(_ONE, bounds) if bounds else chunk.number
        of = letters.find("oN", begin, end)
        if of > begin and not lexicon.collective.isdisjoint(
            tokens.lower[units.starts[of - 1] : units.ends[of - 1]]
        ):
            chunk.number = _number_at(units, of + 1)  # "a crew of 12", no "father of two"


def _bounds(units: Units, begin: int, end: int) -> list[Quantifier]:
    """What the words that bound a number say: "at least", "a group of about"."""
    words = (units.data[k] for k in range(begin, end) if units.letters[k] in "q+")
    return [word.quantifier for word in words if isinstance(word, Word) and word.quantifier is not None]


def _names_them(fate: Number | Word | None) -> bool:
    """Whether a fate without a noun names people: "40 rehenes" does, "40 muertos" says no more than how many."""
    return isinstance(fate, Word) and fate.metric not in (None, Metric.KILLED, Metric.INJURED)


def _read_group(chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> None:
    """Which tokens name the people, and whether they are people at all."""
    letters = units.letters
    while begin < end - 1 and letters[begin] in "Mo4ethA1aq+,-":
        begin += 1
    if chunk.symbol == "n":
        return
    if begin < end and letters[begin] in "1aAq+,-":
        begin += 1
    last = end
    while end > begin and letters[end - 1] in _AFTER_PEOPLE:
        end -= 1
    if end == begin < last and _names_them(units.data[begin]):
        end = begin + 1
    if begin < end and not (
        chunk.symbol == "Q" and letters[begin:end] == "M"
    ):  # "thousands more" names nobody
        chunk.group = (units.starts[begin], units.ends[end - 1])
        chunk.people = not _PEOPLE.isdisjoint(letters[begin:end])
        chunk.animal = not lexicon.animals.isdisjoint(tokens.lower[slice(*chunk.group)])


def _read_fate(chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> None:
    """What befell the people, and how surely."""
    letters, data = units.letters[begin:end], units.data[begin:end]
    chunk.triggers = tuple([entry for entry in data if isinstance(entry, Word) and entry.metric is not None])
    if any(word.own_hand for word in chunk.triggers):
        chunk.number = _ONE
    chunk.negated = "!" in letters
    chunk.modal = "v" in letters
    chunk.feared = "g" in letters
    chunk.hearsay = "z" in letters
    words = tokens.lower[chunk.start : chunk.end]
    chunk.plural = not lexicon.plural_verbs.isdisjoint(words)
    chunk.singular = not lexicon.singular_verbs.isdisjoint(words)


def _read_several(chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon) -> None:
    """'A double homicide' counts two."""
    _read_fate(chunk, units, begin, end, tokens, lexicon)
    count = chunk.triggers[0].count
    chunk.number = Number(count, count, Quantifier.EXACT)


def _read_suffering(
    chunk: Chunk, units: Units, begin: int, end: int, tokens: Tokens, lexicon: Lexicon
) -> None:
    """'Suffered severe burns' is 'was injured', by the word for what they suffer."""
    _read_fate(chunk, units, begin, end, tokens, lexicon)
    wounds = [
        data.text
        for k in range(begin, end)
        if isinstance(data := units.data[k], Word) and units.letters[k] == "%"
    ]
    chunk.triggers = (Word("K", wounds[0] if wounds else "suffering", metric=Metric.INJURED),)


_ONE = Number(1, 1, Quantifier.EXACT)
_AFTER_PEOPLE = frozenset(",N1Z9@q<&o/KDe")  # letters of an age or a fate, which name nobody
_PEOPLE = frozenset("SsYEm")  # letters of words for people
_BEFORE_NUMBERS = "qtAMmeh"  # letters of words that a number can follow
_SEX_AND_AGE = frozenset({"man", "woman", "child"})
_SETS_OFF = frozenset("-:")  # letters between people and the words that tell who they are
_PERSON = frozenset("Ps")  # symbols of one person
_ONE_PERSON = frozenset("sYCMm")  # letters of words that one person can be named by
_READERS = {
    "quantity": _read_quantity,
    "person": _read_person,
    "unknown": _read_people,
    "people": _read_people,
    "bare": _read_people,
    "name": _read_people,
    "another": _read_people,
    "national": _read_people,
    "state": _read_fate,
    "predicate": _read_fate,
    "found": _read_fate,
    "suffering": _read_suffering,
    "several": _read_several,
}


def _number_at(units: Units, k: int) -> Number:
    found = units.data[k]
    return found if isinstance(found, Number) else _ONE  # the letters N and 1 stand for numbers alone


def _span(first: Number, second: Number) -> Number:
    """'20 to 30': a range, unless the ends do not rise; in "two or three dozen" both count dozens."""
    low, high = first.low, second.high
    if low is not None and high is not None and first.factor == 1 and low * second.factor < high:
        low *= second.factor
    if low is None or high is None or low >= high:
        return first
    return Number(low, high, Quantifier.RANGE)


def _bounded(number: Number, bounds: list[Quantifier]) -> Number:
    """The number with what stands before it: 'at least', 'about', 'up to'; the first that is not exact."""
    bound = next((bound for bound in bounds if bound is not Quantifier.EXACT), None)
    if bound is None or number.quantifier is Quantifier.VAGUE:
        return number
    if bound is Quantifier.AT_LEAST:
        return Number(number.low, None, bound)
    if bound is Quantifier.UP_TO:
        return Number(None, number.high, bound)
    if number.quantifier is Quantifier.RANGE:
        return number
    return Number(number.low, number.high, bound)
