"""What to do about a feed's fault, by its cause: the words of `docs/reference/feeds.md`."""

from __future__ import annotations

import re

_MEND = "the publisher must mend it"
_REFUSED = re.compile(r"http_40[13]")

REMEDIES = {
    "bad_url": "correct it",
    "blocked": "add the network to `allow_networks`, if it is meant",
    "dns": "check its spelling and the network",
    "refused": "the server is down, or the port is wrong",
    "tls": "the publisher must renew it",
    "timeout": "raise `timeout` if the server is known to be slow",
    "reset": "it is asked again",
    "protocol": "check scheme and port",
    "encoding": _MEND,
    "redirect": "give the final address",
    "too_large": "ask the publisher for a shorter feed",
    "empty": "it is asked again",
    "not_a_feed": "give the feed's own address; the message names it where the page does",
    "cut_off": _MEND,
    "entities": _MEND,
    "too_complex": _MEND,
    "parse_timeout": _MEND,
    "parse_crash": _MEND,
    "unreadable": _MEND,
    "http_410": "remove it, or give its new address",
    "internal": "a fault of ours: report it, with the log",
}


def remedy(cause: str) -> str:
    """What whoever runs the monitor can do about it."""
    if _REFUSED.fullmatch(cause):
        return "the publisher wants no reader: write to them, or remove it"
    if cause in REMEDIES:
        return REMEDIES[cause]
    if cause == "http_429":
        return "it is asked again, more seldom"
    return "it is asked again" if cause.startswith("http_5") else "check the address"
