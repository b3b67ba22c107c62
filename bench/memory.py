"""Resident memory, file size and start-up of the embedded pipeline after many generated articles.

    python -m bench.memory 10000 100000

Each size runs in a process of its own, over a state file with the retention of a day, while articles come in 20 seconds
apart: 4,320 a day, so that what is older is pruned as it would be in earnest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.articles import generate
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Monitor, Retention, Settings

BATCH = 20


def resident() -> float:
    """This process's resident memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(count: int, keep: timedelta) -> dict[str, float]:
    """Send `count` articles through; what it cost, and how long the next start takes."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.sqlite"
        settings = Settings(
            monitor=Monitor(state=state), retention=Retention(keep=keep, window=min(keep, timedelta(days=14)))
        )
        store = Store(str(state))
        engine = compose.engine(settings, store)
        engine.load()
        began, batch, curve = time.perf_counter(), [], []
        for number, article in enumerate(generate(count), 1):
            batch.append(article)
            if len(batch) == BATCH or number == count:
                engine.take(batch)
                batch = []
            if number % 2000 == 0:
                while engine.prune(keep):
                    pass
                engine.save_index()
                curve.append((number, round(resident(), 1)))
        took = time.perf_counter() - began
        engine.save_index(at_least=0)
        store.close()
        began = time.perf_counter()
        again = Store(str(state))
        compose.engine(settings, again).load()
        start = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        kept = again.count("articles")
        again.close()
    return {
        "articles": count,
        "per_second": round(count / took),
        "resident_mb": round(resident(), 1),
        "files_mb": round(size, 1),
        "kept": kept,
        "start_s": round(start, 2),
        "curve": curve,
    }  # type: ignore[dict-item]


def main() -> None:
    """Print one JSON line a size."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(int(sys.argv[2]), timedelta(days=float(sys.argv[3])))))
        return
    for keep in (1.0, 30.0):
        for size in sys.argv[1:] or ["10000", "100000"]:
            line = subprocess.run(
                [sys.executable, "-m", "bench.memory", "--child", size, str(keep)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            print(f"keep {keep:g} d: {line.strip()}", flush=True)


if __name__ == "__main__":
    main()
