"""`python -m tests.support.seldom …`: the command `tallywire` with workers that commit so seldom that it shows."""

from __future__ import annotations

from streams import faust_app
from tallywire.__main__ import main

COMMIT = 10.0  # seconds: longer than the news of a test take

if __name__ == "__main__":
    faust_app.COMMIT = COMMIT
    main()
