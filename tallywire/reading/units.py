"""Step one of the cascade: every word of a sentence becomes one letter, its class.

`units_of` merges the words of a number, a phrase or a dotted abbreviation into one unit, so that the grammar
of chunks is a regular expression over a short string.  What the letters mean stands in `grammar.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

import msgspec

from tallywire.reading.memo import FEWER, Memo
from tallywire.reading.numbers import Number
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import Lexicon, Word

_PLAIN_PUNCTUATION = {
    "—": "-",
    "–": "-",
    "!": ".",
    "?": ".",
    "…": ".",
    "[": "(",
    "]": ")",
    "'": '"',
    "|": ",",
}
_ASIDE = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_NOUN_BEFORE_NOUN = re.compile("[sS](?=e*[xCEsSY])")  # over letters
_SURNAME = re.compile("[^CN1](?:(?<=C.)(?=,[N1])|(?<=YC.))")  # between a first name and an age, or after both
_STOP = "."
_YEARS = range(1900, 2100)
_NO_PHRASES: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]] = {}


Meaning = Number | Word | None  # what is known of a unit


class Units(msgspec.Struct, frozen=True):
    """The words of a sentence by class; parallel lists.

    `letters[k]` is the class of the tokens `starts[k]` up to `ends[k]`; `data[k]` what is known of them.
    """

    letters: str
    starts: list[int]
    ends: list[int]
    data: list[Meaning]


class Opening(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a word may open: a number, or a phrase."""

    numeral: bool
    alone: bool  #: the number may be no more than the word
    seconds: Collection[str]  #: the words that follow it in a number of several, and in phrases
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]]  #: by their second word, longest first


Form = tuple[
    str, Word | None, Opening | None
]  # what a word is by itself: its class, its entry, what it may open


class Forms:
    """The words of one language as they are written."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.cased = Memo(self._cased, FEWER)
        self.capitals = Memo(
            self._capitals, FEWER
        )  #: where the whole sentence is in capitals, which tell no name

    def _cased(self, word: str) -> Form:
        return self._form(word, capital=word[0].isupper())

    def _capitals(self, word: str) -> Form:
        return self._form(word, capital=True)

    def _form(self, written: str, *, capital: bool) -> Form:
        lexicon, word = self._lexicon, written.lower()
        entry = lexicon.words.get(word)
        if entry is None or entry.shadowed:
            entry = lexicon.words.get(written, entry)  # "US" is a nation, "us" is not
        letter = entry.letter if entry is not None else _unknown(word, capital, lexicon)
        numeral = (entry is None or entry.letter in "a5s!") and lexicon.numbers.opens(word)
        after = lexicon.numbers.needs_after(word) if numeral else frozenset()
        phrases = lexicon.phrases.get(word, _NO_PHRASES)
        if not numeral and not phrases and word != _STOP:
            return letter, entry, None
        return letter, entry, Opening(numeral, numeral and not after, after.union(phrases), phrases)


_forms = cache(Forms)


def units_of(tokens: Tokens, lexicon: Lexicon) -> Units:
    """The units of a sentence."""
    words = tokens.words
    if not words:
        return Units("", [], [], [])
    forms = _forms(lexicon)
    known = forms.capitals if _caseless(words) else forms.cased
    classes, entries, openings = zip(*map(known.__getitem__, words), strict=True)
    alone = "".join(classes)
    letters = ""
    starts: list[int] = []
    data: list[Meaning] = []
    done = 0
    for begin, end, letter, meaning in _merged(openings, tokens, lexicon):
        letters += alone[done:begin] + letter
        starts += range(done, begin)
        data += entries[done:begin]
        if letter:
            starts.append(begin)
            data.append(meaning)
        done = end
    letters += alone[done:]
    starts += range(done, len(words))
    data += entries[done:]
    letters = _without_surnames(_settled(letters, data, lexicon), tokens, starts)
    return Units(letters, starts, [*starts[1:], len(words)], data)


def _merged(
    openings: Sequence[Opening | None], tokens: Tokens, lexicon: Lexicon
) -> Iterator[tuple[int, int, str, Meaning]]:
    """The tokens that are no unit by themselves: numbers, phrases, and the stops of abbreviations.

    Each with the token after it, its class and its meaning; a stop has no class, it belongs to what it abbreviates.
    """
    lower, done = tokens.lower, 0
    last = len(lower) - 1
    for i, opening in enumerate(openings):
        if opening is None or i < done:
            continue
        if lower[i] == _STOP and 0 < i < last and _abbreviates(tokens, i, lexicon):
            yield i, i + 1, "", None
        elif opening.alone or (i < last and lower[i + 1] in opening.seconds):
            whole = _longer(_phrase_at(opening, lower, i), _number_at(opening, tokens, i, lexicon))
            if whole is not None:
                letter, meaning, done = whole
                yield i, done, letter, meaning


def _abbreviates(tokens: Tokens, i: int, lexicon: Lexicon) -> bool:
    """Whether the stop at token `i` ends an abbreviation or an initial: "Col. Ana", "John F. Osk"."""
    if tokens.lower[i - 1] in lexicon.abbreviations:
        return True
    before, following = tokens.words[i - 1], tokens.words[i + 1]
    return len(before) == 1 and before.isupper() and following[0].isupper()


def _phrase_at(opening: Opening, lower: list[str], i: int) -> tuple[str, Word, int] | None:
    """The longest phrase at a token: its class, its meaning, and the token after it."""
    if not opening.phrases or i + 1 >= len(lower):
        return None
    for rest, phrase in opening.phrases.get(lower[i + 1], ()):
        end = i + 2 + len(rest)
        if not rest or tuple(lower[i + 2 : end]) == rest:
            return phrase.letter, phrase, end
    return None


def _longer(
    phrase: tuple[str, Word, int] | None, number: tuple[str, Number | None, int] | None
) -> tuple[str, Word | Number | None, int] | None:
    """A phrase or the number that begins with the same word, whichever goes on for longer: "a quarter of a million"."""
    if phrase is None or number is None:
        return phrase or number
    return number if number[2] > phrase[2] else phrase


def _number_at(
    opening: Opening, tokens: Tokens, i: int, lexicon: Lexicon
) -> tuple[str, Number | None, int] | None:
    """The number at a token: its class, its value, and the token after it."""
    if not opening.numeral:
        return None
    lower = tokens.lower
    found = lexicon.numbers.read(lower, i)
    if found is None:
        return None
    number, end = found
    if end < len(lower) and lower[end] in lexicon.old:  # "9 year-old"
        return "Y", None, end + 1
    return _number_letter(number, lower, tokens.words, i, end, lexicon), number, end


def without_asides(units: Units) -> tuple[Units, list[Units]]:
    """The sentence without what stands in brackets, and what stands in each pair of brackets.

    "Two aid workers (one Kenyan) were killed": the aside neither parts the people from their verb nor is
    lost.
    """
    if "(" not in units.letters:
        return units, []
    outside: list[int] = []
    asides: list[Units] = []
    done = 0
    for match in _ASIDE.finditer(units.letters):
        begin, end = match.span()
        outside += range(done, begin)
        asides.append(select(units, range(begin + 1, end - 1)))
        done = end
    outside += range(done, len(units.letters))
    return select(units, outside), asides


def select(units: Units, chosen: Iterable[int]) -> Units:
    """The units of the chosen places."""
    kept = list(chosen)
    return Units(
        "".join(units.letters[k] for k in kept),
        [units.starts[k] for k in kept],
        [units.ends[k] for k in kept],
        [units.data[k] for k in kept],
    )


def _settled(letters: str, data: Sequence[Meaning], lexicon: Lexicon) -> str:
    """What the next word decides.

    The grammar's `turns` ("over" and "around" bound a number or are prepositions), and that "male", "national",
    "civilian" before another noun say what kind of person, not that one is counted.
    """
    for turn in lexicon.turns:
        if turn.needs in letters:
            letters = turn.regex.sub(turn.into, letters)
    kinds = []
    for match in _NOUN_BEFORE_NOUN.finditer(letters):
        entry = data[match.start()]
        if isinstance(entry, Word) and entry.text in lexicon.modifiers:
            kinds.append(match.start())
    return _replaced(letters, kinds, "E")


def _without_surnames(letters: str, tokens: Tokens, starts: Sequence[int]) -> str:
    """A capitalised word is a surname, whatever it means, between a first name and an age, or after both.

    "Robert Sanders, 32,"; "34-year-old Mia Baker".
    """
    places = (match.start() for match in _SURNAME.finditer(letters))
    return _replaced(letters, [k for k in places if tokens.words[starts[k]][0].isupper()], "C")


def _replaced(letters: str, places: Sequence[int], into: str) -> str:
    """The letters with another one at some places."""
    for place in places:
        letters = letters[:place] + into + letters[place + 1 :]
    return letters


def _number_letter(
    number: Number, lower: list[str], words: list[str], i: int, j: int, lexicon: Lexicon
) -> str:
    """N or 1 for a number that can count people, Z for one that its neighbours show to count no people."""
    following = lower[j] if j < len(lower) else ""
    before = lower[i - 1] if i else ""
    if following in lexicon.measures or before in lexicon.labels:
        return "Z"
    if _measured(lower, words, j, lexicon) or _bounds_ages(lower, i, following, lexicon):
        return "Z"
    if (
        before == "."
        and i > 1
        and (lower[i - 2] in lexicon.labels or _is_month(lower[i - 2], words[i - 2], lexicon))
    ):
        return "Z"  # No. 6, Jan. 6
    if following == "." and j == i + 1 and lower[i] in lexicon.labels:
        return "Z"  # the "No." itself
    if number.digits and before in lexicon.both:  # "both 17"
        return "Z"
    if (
        lower[i] in lexicon.both
        and words[j : j + 1]
        and words[j][0].isupper()
        and lexicon.joiner in lower[j : j + 4]
    ):
        return "e"  # both Arda and Belsk
    if following and _is_month(following, words[j], lexicon):
        return "Z"  # 6 January
    if before and _is_month(before, words[i - 1], lexicon):
        dated = any(lexicon.numbers.read(lower, k) for k in range(max(0, i - 3), i - 1))
        if not (dated and _counts(following, lexicon)):
            return "Z"  # January 6; but "on 6 January 14 people died", "el 6 de enero 14 personas"
    if number.digits and number.low in _YEARS and j == i + 1 and len(words[i]) == 4:
        return "Z" if not _counts(following, lexicon) else "N"
    return "1" if number.low == number.high == 1 else "N"


def _is_month(word: str, written: str, lexicon: Lexicon) -> bool:
    entry = lexicon.words.get(word)
    return (
        entry is not None and entry.letter == "d" and (written[0].isupper() or not lexicon.months_capitalised)
    )


def _measured(lower: list[str], words: list[str], j: int, lexicon: Lexicon) -> bool:
    """Whether the number that ends before `j` is the first of two that share a measure or a month.

    "Between 15 and 25 years"; "between 1 and 8 March".
    """
    if j + 2 >= len(lower) or not (
        lower[j + 2] in lexicon.measures or _is_month(lower[j + 2], words[j + 2], lexicon)
    ):
        return False
    joint = lexicon.words.get(lower[j])
    return joint is not None and joint.letter in "&>/" and lexicon.numbers.read(lower, j + 1) is not None


def _bounds_ages(lower: list[str], i: int, following: str, lexicon: Lexicon) -> bool:
    """Whether the number at `i` is an age that bounds the people before it: "children under 12", "mayores de 65"."""
    if i < 2 or _counts(following, lexicon):
        return False
    noun, bound = lower[i - 2 : i]
    if bound not in lexicon.age_bounds:
        return f"{noun}_{bound}" in lexicon.age_bounds
    people = lexicon.words.get(noun)
    return people is not None and people.letter == "S"


def _counts(following: str, lexicon: Lexicon) -> bool:
    """Whether the word after a number that looks like a year shows that people are counted."""
    entry = lexicon.words.get(following)
    counted = entry is not None and entry.letter in "SsEM"  # but no "2019 death"
    return counted or following.endswith(lexicon.endings_plural)


def _caseless(words: list[str]) -> bool:
    """Whether the sentence is written in capitals throughout, so that a capital tells no name."""
    return len(words) > 4 and words[-2].isupper() and all(word == word.upper() for word in words)


def _unknown(word: str, capital: bool, lexicon: Lexicon) -> str:
    """The class of a word that the lexicon does not know; in a text of capitals any may be a name."""
    first = word[0]
    if first.isdigit() or first in "$€£¥₹":
        if lexicon.age.search(word):
            return "Y"
        if lexicon.ages.search(word):
            return "S"
        return "O" if lexicon.numbers.ordinal(word) else "Z"
    if not first.isalpha():
        return _PLAIN_PUNCTUATION.get(first, first if len(word) == 1 else '"')
    if lexicon.numbers.ordinal(word):
        return "O"
    if lexicon.age.search(word):
        return "Y"
    if lexicon.ages.search(word):
        return "S"
    if word.endswith(lexicon.adverbs) and len(word) > (7 if capital else 4):
        return "e"
    if capital and not word.endswith(lexicon.endings_plural):
        return "C"
    if len(word) > 4 and word not in lexicon.not_people:
        if word.endswith(lexicon.endings_plural):
            return "S"
        if word.endswith(lexicon.endings_singular):
            return "s"
    return "C" if capital else "x"
