"""Memory, files and start-up of the embedded pipeline with all articles held: what a state file of a month costs.

    python -m bench.memory 10000 100000

Each size runs in a process of its own, while articles come in 20 seconds apart: 4,320 a day, of which thirty days are
kept and two weeks compared.  What a monitor holds that prunes as it goes, `bench.soak` measures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from itertools import islice
from pathlib import Path

from bench.articles import generate
from bench.soak import resident
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Monitor, Retention, Settings

KEEP = timedelta(days=30)
BATCH = 20


def started(settings: Settings, state: Path) -> float:
    """How long a start takes until the likeness index is ready."""
    began = time.perf_counter()
    store = Store(str(state))
    compose.engine(settings, store).load()
    took = time.perf_counter() - began
    store.close()
    return took


def measure(count: int) -> dict[str, float]:
    """Send `count` articles through; what it cost, and how long the next start takes, with and without a snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.sqlite"
        settings = Settings(monitor=Monitor(state=state), retention=Retention(keep=KEEP))
        store = Store(str(state))
        engine = compose.engine(settings, store)
        began = time.perf_counter()
        articles = generate(count)
        while batch := list(islice(articles, BATCH)):
            engine.take(batch)
        took = time.perf_counter() - began
        engine.save_index(at_least=0)
        store.close()
        start = started(settings, state)
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        state.with_name(f"{state.name}.index").unlink()
        cold = started(settings, state)
    return {
        "articles": count,
        "per_second": round(count / took),
        "resident_mb": round(resident(), 1),
        "files_mb": round(size, 1),
        "start_s": round(start, 2),
        "cold_start_s": round(cold, 2),
    }


def main() -> None:
    """Print one JSON line a size."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    for size in sys.argv[1:] or ["10000", "100000"]:
        subprocess.run([sys.executable, "-m", "bench.memory", "--child", size], check=True)


if __name__ == "__main__":
    main()
