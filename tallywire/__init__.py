"""Tallywire: a news monitor that follows figures.

The core: records, the reading of texts, the ledger of figures, likeness of texts.  It is pure: nothing in here
polls, sends or stores; `streams` runs it and `connectors` feed it.
"""

__version__ = "0.1.0"
