"""A start-up check: `streams` and `connectors` are common names, and only our own may run."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from tallywire.errors import ShadowedError

PACKAGES = ("streams", "connectors")


def check() -> None:
    """Raise `ShadowedError` where another package of one of our names would be imported in place of ours.

    Ours stand beside this package, installed or in a checkout; nothing foreign is imported to find out.
    """
    home = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        if not places:
            raise ShadowedError(
                f"the package {name!r} of Tallywire is not installed: install tallywire again"
            )
        found = Path(places[0]).resolve()
        if found.parent != home:
            raise ShadowedError(
                f"another package named {name!r} stands before Tallywire's own: {found}. "
                "Take it off PYTHONPATH, or run tallywire from another folder."
            )
