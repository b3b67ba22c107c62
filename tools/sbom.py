"""The software bill of materials: every package that an installation takes in, as CycloneDX.

    python tools/sbom.py [--lock requirements.lock] [--python .venv/bin/python] [OUT]

What is installed says versions, licences and who needs whom, which CycloneDX's own tool reads; the lock says what of it
belongs to Tallywire.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

Json = dict[str, Any]


def locked(lock: Path) -> set[str]:
    """The names of the packages in a lock file."""
    return {
        _plain(name) for name in re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def made(lock: Path, python: Path) -> Json:
    """The bill of what `lock` names, as it is installed for `python`.  Raises `LookupError` for what is not there."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", "pyproject.toml"]
    command += ["--mc-type", "application", "--spec-version", "1.6", "--output-reproducible", "--no-validate"]
    done = subprocess.run([*command, str(python)], cwd=ROOT, check=True, capture_output=True, text=True)
    bill: Json = json.loads(done.stdout)
    wanted = locked(lock)
    bill["components"] = [part for part in bill["components"] if _plain(part["name"]) in wanted]
    if missing := wanted - {_plain(part["name"]) for part in bill["components"]}:
        raise LookupError(f"locked, but not installed: {', '.join(sorted(missing))}")
    return bill | {"dependencies": list(_needed(bill))}


def _needed(bill: Json) -> list[Json]:
    """Who needs whom, of the product and what is left of the components."""
    kept = {part["bom-ref"] for part in (*bill["components"], bill["metadata"]["component"])}
    return [
        need | {"dependsOn": [other for other in need.get("dependsOn", ()) if other in kept]}
        for need in bill["dependencies"]
        if need["ref"] in kept
    ]


def licences(part: Json) -> list[str]:
    """The licences of a component, by identifier or name."""
    found = []
    for entry in part.get("licenses", ()):
        known = entry.get("license", {})
        found += [text for text in (entry.get("expression"), known.get("id"), known.get("name")) if text]
    return found


def main() -> None:
    """Write the bill; on standard error, each package with its licences."""
    parser = argparse.ArgumentParser(prog="python tools/sbom.py", description="The bill of materials.")
    parser.add_argument("out", nargs="?", type=Path, default=Path("sbom.cdx.json"))
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements-kafka.lock")
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    chosen = parser.parse_args()
    bill = made(chosen.lock, chosen.python)
    chosen.out.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    for part in bill["components"]:
        sys.stderr.write(f"{part['name']} {part['version']}: {'; '.join(licences(part)) or 'not said'}\n")


if __name__ == "__main__":
    main()
