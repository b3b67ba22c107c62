"""Two rewrites of one agency's text that have next to nothing in common but where they come from.

All places, outlets and people are invented.
"""

from __future__ import annotations

from tallywire.likeness import sketch
from tallywire.records import Article, Extract, Reading
from tests.support.news import article

_SINKING = """The tanker Brisa Quint broke in two off Cape Ormond before dawn on Monday with 34 sailors on board, the
harbour master of Lisk said. A gale had torn its hatch covers away two hours earlier, and the pumps could not keep pace
with the water in the forward holds. Its captain, Rufo Almay, sent a last position six miles north of the cape. A
fishing boat that heard the call reached the wreck first and threw nets to the men in the water."""

_RESCUE = """Eleven sailors were lifted out by a navy helicopter that flew three times into hail and lightning. Doctors
at the hospital of Saint Brone treated them for cold and burns from spilled fuel, and expect all of them to live. The
shipowner, a company registered in Marenza, said the tanker had passed its inspection in the spring. Oil has reached
the breeding grounds of the grey heron, and volunteers were asked to stay away until the fumes have cleared."""

SOURCE = f"{_SINKING} {_RESCUE}"

FIRST = f"""{_SINKING} The Ormond coast road was closed on Monday, as sightseers blocked the way of ambulances. People
of the tanker Brisa Quint's home port lit candles. Our reader Ossi Pell recalls that his grandfather was lost in the
same waters. The parish hall takes blankets until nine. Bakers along the front gave away bread, and a school choir that
should have sung at the fair went to the quay instead, where nobody felt like singing."""

SECOND = f"""Slicks the length of an airfield drift towards the reeds off Cape Ormond, where the tanker Brisa Quint lies
in two halves. {_RESCUE} The harbour master of Lisk said nobody would fish there before summer. Insurers named a sum
that would buy the village twice over. In the reeds a ranger, Tilda Morn, counted nests on Monday: ninety, and each of
them within reach of the next tide. She has asked for straw, for booms, for anything that floats."""

INDEPENDENT = """Widows of earlier wrecks met in the chapel above Cape Ormond on Monday evening when the names came
through. The tanker Brisa Quint had three cousins of one family among its sailors; this newspaper spoke with their
aunt, who wants to know why it sailed into a storm that was forecast for two days. The harbour master of Lisk would not
say who gave it leave. At the union's office they keep a list of ships with the same hull: nine, two of them at sea."""

TITLES = {
    "source": "Tanker Brisa Quint breaks in two off Cape Ormond, 34 sailors on board",
    "first": "Tanker breaks in two off Cape Ormond: the road is closed",
    "second": "Tanker Brisa Quint: oil drifts towards the reeds off Cape Ormond",
    "own": "Widows ask why tanker Brisa Quint sailed past Cape Ormond",
}
_TEXTS = {"source": SOURCE, "first": FIRST, "second": SECOND, "own": INDEPENDENT}
_CREDITS = {"source": "WNA", "first": "WNA", "second": "WNA", "own": None}


def told(name: str, hours: float = 0, **more: object) -> Article:
    """One of the four articles; each is another outlet's, where nothing else is said."""
    return article(name, TITLES[name], _TEXTS[name], hours=hours, **more)  # type: ignore[arg-type]


def read(item: Article, agency: str | None) -> Reading:
    """An article that credits an agency or nobody."""
    extract = Extract(id=item.id, language="en", agency=agency)
    return Reading(article=item, extract=extract, sketch=sketch(item.title, item.body))


def reading(name: str, hours: float = 0, **more: object) -> Reading:
    """One of the four articles as it is read."""
    return read(told(name, hours, **more), _CREDITS[name])
