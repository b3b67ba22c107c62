"""An article made ready for reading, once: its fields folded, cut into sentences and, where asked, tokens.

Figures and actors share one `Document`, so that nothing is folded, cut or tokenised twice.  Sentences and
tokens are made when they are first asked for and kept: a text without a trigger word is never tokenised.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tallywire.reading.folding import fold, lower
from tallywire.reading.sentences import sentence_spans
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import Lexicon
from tallywire.records import Article, Evidence, Span


@dataclass(frozen=True, eq=False)
class Sentence:
    """One sentence: `field.text[start:end]`."""

    field: Field
    index: int  #: its place among the field's sentences
    start: int
    end: int

    @property
    def text(self) -> str:
        """As written."""
        return self.field.text[self.start : self.end]

    @property
    def folded(self) -> str:
        """One-to-one folded; `folded[i]` stands at `start + i` of the field."""
        return self.field.folded[self.start : self.end]

    @cached_property
    def lowered(self) -> str:
        """Folded and in lower case."""
        return self.field.lowered[self.start : self.end]

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens; their offsets are offsets into the field."""
        field = self.field
        return field.lexicon.tokeniser.tokens(field.folded, self.start, self.end)

    @cached_property
    def _hints(self) -> int:
        return self.field.lexicon.hints.among(self.lowered)

    def may_hold(self, cue: str) -> bool:
        """Whether a cue, by the name that `Lexicon.hints` gives it, may stand in the sentence."""
        return self.field.lexicon.hints.may(cue, self._hints)

    def evidence(self) -> Evidence:
        """The whole sentence as evidence."""
        return self.field.evidence(self.start, self.end)

    def span(self, begin: int, end: int) -> Span:
        """Where the tokens `begin` up to `end` stand in the field."""
        return Span(start=self.tokens.starts[begin], end=self.tokens.ends[end - 1])


@dataclass(frozen=True, eq=False)
class Field:
    """The title or the body of an article."""

    name: str  #: "title" or "body", as in `Evidence.field`
    text: str
    lexicon: Lexicon

    @cached_property
    def folded(self) -> str:
        """The text with each character replaced by its plain kin; offsets are those of `text`."""
        return fold(self.text)

    @cached_property
    def lowered(self) -> str:
        """`folded` in lower case."""
        return lower(self.folded)

    @cached_property
    def triggers(self) -> list[int]:
        """Where words stand that say what befell people, in order."""
        return self.lexicon.gate.places(self.lowered)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences in order."""
        spans = sentence_spans(self.folded, self.lexicon.sentence_rules)
        return tuple(Sentence(self, index, start, end) for index, (start, end) in enumerate(spans))

    def evidence(self, start: int, end: int) -> Evidence:
        """The words between two offsets, as evidence."""
        return Evidence(field=self.name, start=start, end=end, quote=self.text[start:end])


@dataclass(frozen=True, eq=False)
class Document:
    """An article's title and body, ready for reading in one language."""

    title: Field
    body: Field
    lexicon: Lexicon
    article: Article

    @cached_property
    def agency(self) -> str | None:
        """The news agency that the article credits, or None."""
        return self.lexicon.agencies.find(self.article, self.body.folded)

    @property
    def fields(self) -> tuple[Field, Field]:
        """Title, then body."""
        return self.title, self.body

    @classmethod
    def of(cls, article: Article, lexicon: Lexicon) -> Document:
        """The document of `article`, to be read with `lexicon`."""
        title, body = Field("title", article.title, lexicon), Field("body", article.body, lexicon)
        return cls(title, body, lexicon, article)
