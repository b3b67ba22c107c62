"""The outside world: sources that bring articles, sinks that take alerts, and the one HTTP client both use."""
