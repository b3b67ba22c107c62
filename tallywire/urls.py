"""When two web addresses name the same article.

`link` is the address as it may be kept and shown; `canonical` is a key for identity: never fetch it, since
the page may not be served there.  Two addresses with one canonical form are taken as one article.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from tallywire.identity import digest

LONGEST = 2_000  # characters: what browsers and sitemaps (sitemaps.org: 2,048) agree on as the end of a URL

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_VARIANT = re.compile(r"^(?:(?:www\d?|amp|m|mobile)\.)+(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp)+$|^(?:/amp)+(?=/)")
# Copies of a page that others serve, its own host and path in theirs: Google's AMP viewer and cache, Bing's.
_AMP_COPY = re.compile(
    r"https?://(?:www\.google\.[a-z.]{2,6}/amp|[a-z0-9-]+\.cdn\.ampproject\.org/(?:c|v|a|wp)"
    r"|[a-z0-9-]+\.bing-amp\.com/(?:c|v|a|wp))/(s/)?(?=[a-z0-9-]+\.)",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# Parameters that say how a reader came to the page, and change nothing on it.
_TRACKER_PREFIXES = (
    "utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "at_", "ns_", "fb_", "ga_", "oly_", "vero_", "wt_",
    "trk_", "guce_", "mc_", "_hs", "__s", "__twitter", "__hs", "wt.", "soc_",
)  # fmt: skip
_TRACKERS = frozenset(
    {
        "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "yclid", "ysclid", "twclid",
        "ttclid", "li_fat_id", "igshid", "igsh", "mkt_tok", "cmpid", "cmp", "icid", "ocid", "ncid", "smid",
        "smtyp", "s_cid", "sr_share", "ftag", "ftcamp", "guccounter", "xtor", "ito", "rss", "amp",
        "outputtype", "trk", "emc", "_ga", "_gl", "_openstat", "wickedid", "srnd", "taid", "spm", "scm",
        "traffic_source",
    }
)  # fmt: skip
# Trackers only when they name a way of coming: `ref=rss` is one, `ref=4711` may be the article itself.
_REFERRER_NAMES = frozenset(
    {"ref", "from", "source", "src", "via", "partner", "feed", "referrer", "origin", "f", "s"}
)
_REFERRER_VALUES = frozenset(
    {
        "rss",
        "rss2",
        "feed",
        "feeds",
        "atom",
        "rssfeed",
        "rss_feed",
        "facebook",
        "twitter",
        "newsletter",
        "homepage",
    }
)


def link(url: str) -> str | None:
    """The address as it may be kept and shown: http(s), one line, no user name, no password, escaped once.

    None for what is no web address.  Feeds often escape twice (`&amp;amp;`), so `&amp;` left in it is `&`.
    """
    cleaned = _CONTROLS.sub("", url).strip()
    while "&amp;" in cleaned:
        cleaned = cleaned.replace("&amp;", "&")
    if not cleaned or len(cleaned) > LONGEST:
        return None
    try:
        parts = urlsplit(cleaned)
        host, port = parts.hostname, parts.port
    except ValueError:  # an unclosed bracket, a port that is no number
        return None
    if parts.scheme not in {"http", "https"} or not host or any(mark.isspace() for mark in host):
        return None
    place = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}[parts.scheme]
    netloc = place if port in {None, standard} else f"{place}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))


@lru_cache(maxsize=4_096)  # an address is asked for several times in a row: pure, so the answer may be kept
def canonical(url: str) -> str | None:
    """The key under which every way of writing one article's address meets; None for what is no web address.

    Folded: scheme, case and IDN of the host, `www.`, `m.` and `amp.` hosts, AMP paths and caches, default ports, dot
    segments and escapes of the path (RFC 3986 section 6.2.2), order of the parameters, trackers, the fragment
    (unless it is a `#!` one, which names a page).
    """
    address = link(_AMP_COPY.sub("https://", url.strip()))
    if address is None:
        return None
    try:
        parts = urlsplit(canonicalize_url(address, keep_blank_values=True, keep_fragments=True))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # an IDN that cannot be encoded
        return None
    place = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(place):
        return None
    place = _VARIANT.sub("", place)
    query = "&".join(field for field in parts.query.split("&") if not _tracks(field))
    path = _AMP_PATH.sub("", parts.path) or "/"
    page = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit(("https", f"{place}:{port}" if port else place, path, query, page))


def article_id(url: str | None, title: str, body: str) -> str:
    """An article's default id: a digest of its canonical address or, where it has none, of its text."""
    key = canonical(url) if url else None
    return digest("url", key) if key is not None else digest("text", title, body)


def _tracks(field: str) -> bool:
    name, _, value = field.lower().partition("=")
    if name in _REFERRER_NAMES:
        return value in _REFERRER_VALUES
    if value == "amp" and name in {"output", "view", "mode", "variant"}:
        return True
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)


def shown(url: str) -> str:
    """The address as messages, logs and metrics may show it.

    Paid feeds carry passwords before the host and keys in the query: the names of parameters stay, their values go.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    query = "&".join(f"{field.partition('=')[0]}=…" for field in parts.query.split("&") if field)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
