"""Actors: who and what a text names, each with the role it is given and the sentence that shows what it does.

`find` reads one article.  `same`, `match`, `merge` and `keys` bring the actors of several articles together,
`same_role` compares what they are.  `salient` tells who takes part from who is only named, `prominent` who leads,
`takes_office` who does so newly.  All are pure.  A person is a person by positive evidence alone (a title, a report
verb, an apposition, an age, a later bare surname, kin); a name without any is of kind `name`.
"""

from __future__ import annotations

from tallywire.reading.actors.cast import cast
from tallywire.reading.actors.identity import keys, match, merge, same
from tallywire.reading.actors.mentions import mentions
from tallywire.reading.actors.salience import prominent, salient, same_role, takes_office
from tallywire.reading.actors.words import words
from tallywire.reading.document import Document
from tallywire.reading.effort import Effort
from tallywire.reading.folding import fold
from tallywire.records import Actor, Article

__all__ = ["find", "keys", "match", "merge", "prominent", "salient", "same", "same_role", "takes_office"]


def find(document: Document, article: Article, effort: Effort | None = None) -> tuple[Actor, ...]:
    """The actors that `document` (made of `article`) names, in order of appearance.

    None where its language cannot be read, and never the author that the byline names.  Raises `OverrunError` where
    it takes more steps than `effort` has left.
    """
    known = words(document.lexicon.language)
    if known is None:
        return ()
    effort = effort or Effort()
    named = [mention for field in document.fields for mention in mentions(field, known, effort)]
    found = cast(named, known, effort)
    if not article.byline:
        return found
    author = fold(article.byline).lower()
    return tuple(actor for actor in found if actor.kind != "person" or fold(actor.name).lower() not in author)
