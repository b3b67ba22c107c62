"""An article made ready for reading, once: its fields folded, cut into sentences and, where asked, tokens.

Figures and actors share one `Document`, so that nothing is folded, cut or tokenised twice.  Sentences and
tokens are made when they are first asked for and kept: a text without a trigger word is never tokenised.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tallywire.reading.folding import fold, lower
from tallywire.reading.memo import once
from tallywire.reading.needs import Cues
from tallywire.reading.sentences import sentence_spans
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import Lexicon
from tallywire.records import Article, Evidence, Span


class Sentence(msgspec.Struct, frozen=True, eq=False, dict=True):
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

    @once
    def lowered(self) -> str:
        """Folded and in lower case."""
        return self.field.lowered[self.start : self.end]

    @once
    def tokens(self) -> Tokens:
        """The tokens; their offsets are offsets into the field."""
        field = self.field
        return field.lexicon.tokeniser.tokens(field.folded, self.start, self.end)

    @once
    def cues(self) -> Cues:
        """The cues that may stand in the sentence, under the names that `Lexicon.hints` gives them."""
        return self.field.lexicon.hints.cues(self.lowered)

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

    @once
    def folded(self) -> str:
        """The text with each character replaced by its plain kin; offsets are those of `text`."""
        return fold(self.text)

    @once
    def lowered(self) -> str:
        """`folded` in lower case."""
        return lower(self.folded)

    @once
    def triggers(self) -> list[int]:
        """Where words stand that say what befell people, in order."""
        return self.lexicon.gate.places(self.lowered)

    @once
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

    @once
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
