"""What a site allows robots to fetch (RFC 9309), as far as it concerns us.  Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tallywire.records import Record

PRODUCT = "tallywire"  # the token by which a group of rules speaks to us, as in the User-Agent
LARGEST = 512_000  # bytes: RFC 9309 section 2.5 asks for 500 KiB at least
_LONGEST_RULE = 2_000  # characters
_MOST_RULES = 5_000


class Rule(Record, frozen=True):
    """A path that is allowed or not; the longest that matches decides."""

    allows: bool
    path: str  #: as written, with `*` and a `$` at its end

    def matches(self, path: str) -> bool:
        """Whether the rule is about `path`: its parts between stars stand there in their order."""
        first, *others = self.path.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at, last = len(first), others.pop() if others and self.path.endswith("$") else None
        for part in others:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if last is not None:
            return len(path) - len(last) >= at and path.endswith(last)
        return at == len(path) if self.path.endswith("$") else True


class Robots(Record, frozen=True):
    """The rules of one site for us."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0  #: seconds between two fetches; no part of the RFC, but many ask for it

    def allow(self, url: str) -> bool:
        """Whether a page may be fetched: by the longest rule, by leave where two are as long, and without any."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        matching = [rule for rule in self.rules if rule.matches(path)]
        return max(matching, key=lambda rule: (len(rule.path), rule.allows)).allows if matching else True


EVERYTHING = Robots()
NOTHING = Robots(rules=(Rule(allows=False, path="/"),))


def read(data: bytes) -> Robots:
    """The rules for us in a robots.txt: of the groups that name us, else of those for everybody."""
    ours: list[tuple[str, str]] = []
    everybodys: list[tuple[str, str]] = []
    named = False
    agents: list[str] = []
    listing = False  # whether the line before named an agent: several may share a group
    for name, value in _lines(data):
        if name == "user-agent":
            agents = [*agents, value.lower()] if listing else [value.lower()]
            listing = True
            continue
        listing = False
        if any(_is_us(agent) for agent in agents):
            named = True
            ours.append((name, value))
        elif "*" in agents:
            everybodys.append((name, value))
    return _rules(ours if named else everybodys)


def _lines(data: bytes) -> list[tuple[str, str]]:
    text = data[:LARGEST].decode("utf-8-sig", "replace")
    lines = (line.partition("#")[0].partition(":") for line in re.split(r"[\r\n]+", text))
    fields = [(name.strip().lower(), value.strip()[:_LONGEST_RULE]) for name, colon, value in lines if colon]
    known = ("user-agent", "allow", "disallow", "crawl-delay")
    return [(name, value) for name, value in fields if name in known]


def _is_us(agent: str) -> bool:
    return agent.partition("/")[0].strip() == PRODUCT


def _rules(lines: list[tuple[str, str]]) -> Robots:
    rules = [
        Rule(allows=name == "allow", path=_normal(value))
        for name, value in lines
        if name in {"allow", "disallow"} and value
    ]
    delays = [float(value) for name, value in lines if name == "crawl-delay" and _NUMBER.fullmatch(value)]
    return Robots(rules=tuple(rules[:_MOST_RULES]), delay=max(delays, default=0.0))


_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _normal(path: str) -> str:
    """A path in one spelling (RFC 3986 section 6.2.2): escapes of plain letters undone, others in capitals."""

    def spelled(escape: re.Match[str]) -> str:
        letter = chr(int(escape[1], 16))
        return letter if letter in _UNRESERVED else escape[0].upper()

    written = "".join(
        sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in path
    )
    return _ESCAPE.sub(spelled, written)
