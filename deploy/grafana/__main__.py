"""Write the dashboards."""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.boards import boards

OUT = Path(__file__).parent / "dashboards"


def made() -> dict[str, str]:
    """Every dashboard as the JSON that Grafana reads, by name."""
    return {name: _numbered(json.dumps(board.build(), cls=JSONEncoder)) for name, board in boards().items()}


def _numbered(text: str) -> str:
    """The same with a number for each panel, which Grafana's links to panels go by."""
    board = json.loads(text)
    for number, panel in enumerate(board["panels"], start=1):
        panel["id"] = number
    return json.dumps(board, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for name, text in made().items():
        (OUT / f"{name}.json").write_text(text, encoding="utf-8")
