"""Things to try the monitor on: a sample story served as real feeds, and a receiver for its alerts."""
