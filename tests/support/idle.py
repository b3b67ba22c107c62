"""`python -m tests.support.idle …`: the command `tallywire` whose workers seem to have asked for nothing for hours."""

from __future__ import annotations

from aiokafka.consumer.subscription_state import SubscriptionState

from tallywire.__main__ import main

HOURS = 2 * 3600.0  # seconds

if __name__ == "__main__":
    SubscriptionState.fetcher_idle_time = property(lambda _: HOURS)
    main()
