"""What the rules of a language see of a sentence: `python tools/symbols.py en "Two died, police said."`

Prints its letters (a word each), its symbols (a chunk each), every chunk with its words, and the claims it gives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from tallywire.errors import ConfigError
from tallywire.reading import languages, read
from tallywire.reading.chunks import chunks_of
from tallywire.reading.document import Document
from tallywire.reading.lexicon import load
from tallywire.reading.units import units_of, without_asides
from tallywire.records import Article


def lines(language: str, text: str) -> Iterator[str]:
    """What is printed of a text.  Raises `ConfigError` for a mistake in the language's files."""
    lexicon = load(language)
    now = datetime.now(UTC)
    article = Article(id="1", title="", body=text, arrived=now, published=now, language=language)
    for sentence in Document.of(article, lexicon).body.sentences:
        units, _ = without_asides(units_of(sentence.tokens, lexicon))
        sequence = chunks_of(sentence.tokens, units, lexicon)
        yield f"letters  {units.letters}"
        yield f"symbols  {sequence.symbols}"
        for place, symbol in enumerate(sequence.symbols):
            words = sentence.tokens.words[sequence.start(place) : sequence.end(place)]
            yield f"  {symbol}  {' '.join(words)}"
    for claim in read(article).claims:
        yield f"claim    {claim.metric} {claim.low}-{claim.high} {claim.scope} {claim.status} {claim.group.text!r}"


def main() -> int:
    """Exit status: 0 done, 2 the call or a lexicon is wrong."""
    if len(sys.argv) != 3 or sys.argv[1] not in languages():
        sys.stderr.write(f"usage: python tools/symbols.py {'|'.join(languages())} SENTENCE\n")
        return 2
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines(sys.argv[1], sys.argv[2]))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
