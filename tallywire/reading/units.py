"""Step one of the cascade: every word of a sentence becomes one letter, its class.

`units_of` merges the words of a number, a phrase or a dotted abbreviation into one unit, so that the grammar
of chunks is a regular expression over a short string.  What the letters mean stands in `grammar.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from tallywire.reading.memo import Memo
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
_NOUN_BEFORE_NOUN = re.compile("[sS](?=[xCEsSYe])")  # over letters
_SURNAME = re.compile("[^CN1](?:(?<=C.)(?=,[N1])|(?<=YC.))")  # between a first name and an age, or after both
_DIGITS = frozenset("0123456789")
_YEARS = range(1900, 2100)
_NO_PHRASES: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]] = {}


class Units(msgspec.Struct, frozen=True):
    """The words of a sentence by class; parallel lists.

    `letters[k]` is the class of the tokens `starts[k]` up to `ends[k]`; `data[k]` what is known of them: a
    `Number`, a `Word`, or None.
    """

    letters: str
    starts: list[int]
    ends: list[int]
    data: list[Number | Word | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A word as written and what is known of it wherever it stands."""

    letter: str  #: its class, unless its neighbours make it part of a number or a phrase
    entry: Word | None
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]]  #: … by second word, longest first
    numeral: bool  #: a number may begin with it


class Forms:
    """The words of one language as they are written."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.cased = Memo(self._cased)
        self.capitals = Memo(self._capitals)  #: where the whole sentence is in capitals, which tell no name

    def _cased(self, word: str) -> Form:
        return self._form(word, capital=word[0].isupper())

    def _capitals(self, word: str) -> Form:
        return self._form(word, capital=True)

    def _form(self, written: str, *, capital: bool) -> Form:
        lexicon, word = self._lexicon, written.lower()
        entry = lexicon.words.get(word)
        if entry is None or entry.shadowed:
            entry = lexicon.words.get(written, entry)  # "US" is a nation, "us" is not
        numeral = (entry is None or entry.letter in "a5s!") and (
            word in lexicon.numbers.opening or "-" in word or word[0] in _DIGITS
        )
        return Form(
            letter=entry.letter if entry is not None else _unknown(word, capital, lexicon),
            entry=entry,
            phrases=lexicon.phrases.get(word, _NO_PHRASES),
            numeral=numeral,
        )


_forms = cache(Forms)


def units_of(tokens: Tokens, lexicon: Lexicon) -> Units:
    """The units of a sentence."""
    lower, words = tokens.lower, tokens.words
    forms = _forms(lexicon)
    known = forms.capitals if _caseless(words) else forms.cased
    letters: list[str] = []
    starts: list[int] = []
    data: list[Number | Word | None] = []
    n, end = len(lower), 0
    for i, word in enumerate(words):
        if i < end:
            continue  # part of a number or a phrase
        form = known[word]
        if word == "." and 0 < i < n - 1 and _abbreviates(tokens, i, lexicon):
            continue  # the stop of an abbreviation belongs to it
        if form.numeral or (form.phrases and i < n - 1 and lower[i + 1] in form.phrases):
            whole = _longer(_phrase_at(form, lower, i), _number_at(form, tokens, i, lexicon))
            if whole is not None:
                letter, meaning, end = whole
                starts.append(i)
                letters.append(letter)
                data.append(meaning)
                continue
        starts.append(i)
        letters.append(form.letter)
        data.append(form.entry)
    written = _without_surnames(_settled("".join(letters), data, lexicon), tokens, starts)
    return Units(written, starts, [*starts[1:], n], data)


def _abbreviates(tokens: Tokens, i: int, lexicon: Lexicon) -> bool:
    """Whether the stop at token `i` ends an abbreviation or an initial: "Col. Ana", "John F. Osk"."""
    if tokens.lower[i - 1] in lexicon.abbreviations:
        return True
    before, following = tokens.words[i - 1], tokens.words[i + 1]
    return len(before) == 1 and before.isupper() and following[0].isupper()


def _phrase_at(form: Form, lower: list[str], i: int) -> tuple[str, Word, int] | None:
    """The longest phrase at a token: its class, its meaning, and the token after it."""
    if not form.phrases or i + 1 >= len(lower):
        return None
    for rest, phrase in form.phrases.get(lower[i + 1], ()):
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


def _number_at(form: Form, tokens: Tokens, i: int, lexicon: Lexicon) -> tuple[str, Number | None, int] | None:
    """The number at a token: its class, its value, and the token after it."""
    if not form.numeral:
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


def _settled(letters: str, data: Sequence[Number | Word | None], lexicon: Lexicon) -> str:
    """What the next word decides.

    The grammar's `turns` ("over" and "around" bound a number or are prepositions), and that "male", "national",
    "civilian" before another noun say what kind of person, not that one is counted.
    """
    for turn, into in lexicon.turns:
        letters = turn.sub(into, letters)
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
    if _measured(lower, words, j, lexicon):
        return "Z"
    if (
        before == "."
        and i > 1
        and (lower[i - 2] in lexicon.labels or _is_month(lower[i - 2], words[i - 2], lexicon))
    ):
        return "Z"  # No. 6, Jan. 6
    if following == "." and lower[i] in lexicon.labels:
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
