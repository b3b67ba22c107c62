"""All measurements, as docs/benchmarks.md reports them: `make bench` (some ten minutes)."""

from __future__ import annotations

import subprocess
import sys

COMMANDS = (
    [
        "-m",
        "pytest",
        "bench",
        "-o",
        "python_files=bench_*.py",
        "--benchmark-only",
        "--benchmark-columns=min,median,max",
    ],
    ["-m", "bench.bench_reading"],
    ["-m", "bench.latency", "--interval", "0.3"],
    ["-m", "bench.memory", "10000", "100000"],
    ["-m", "bench.soak", "50000"],
    ["-m", "bench.metrics"],
)


def main() -> int:
    """Run each; the first failure's exit status, or 0."""
    statuses = [subprocess.run([sys.executable, *command], check=False).returncode for command in COMMANDS]
    return next((status for status in statuses if status), 0)


if __name__ == "__main__":
    sys.exit(main())
