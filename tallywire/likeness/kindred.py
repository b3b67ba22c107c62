"""Telling words in common: what makes an article look like its story, for a person to see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tallywire.likeness.sketching import LEAD, Terms, as_terms
from tallywire.likeness.text import hashed, located

MOST = 8  # words named


def words_in_common(
    title: str, body: str, story: Sequence[Terms], news: Sequence[Terms]
) -> list[tuple[str, int]]:
    """The most telling words of an article that the other articles of its story have, with how many have each.

    `story` are the terms of these, `news` those of recent articles of any story.  A word tells more the more of the
    story's articles have it and the fewer of the news (TF-IDF; Spärck Jones 1972).
    """
    lead = f"{title} {' '.join(body.split()[:LEAD])}"
    found = located(lead)
    words = hashed("", " ".join(word.folded for word in found))
    written: dict[int, str] = {}  # term → the word as first written
    for word, term, telling in zip(
        found, as_terms(words.starts).tolist(), words.telling.tolist(), strict=True
    ):
        if telling:
            written.setdefault(term, lead[word.start : word.end])
    terms = np.array(list(written), np.uint32)
    in_story, in_news = _having(terms, story), _having(terms, news)
    weight = in_story * np.log((len(news) + 1.0) / (in_news + 0.5))
    best = np.argsort(-weight, kind="stable")[:MOST]
    names = list(written.values())
    return [(names[place], int(in_story[place])) for place in best.tolist() if in_story[place]]


def _having(terms: npt.NDArray[np.uint32], articles: Sequence[Terms]) -> npt.NDArray[np.int64]:
    """How many of the articles have each term."""
    count = np.zeros(terms.size, np.int64)
    for article in articles:
        count += np.isin(terms, article.hashes)
    return count
