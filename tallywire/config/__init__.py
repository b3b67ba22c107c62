"""The configuration: one frozen `Settings`, and the only reader of the environment and of configuration files."""

from tallywire.config.load import DEFAULT, found, load, place
from tallywire.config.settings import (
    Destination,
    Feed,
    KafkaSettings,
    LedgerSettings,
    LogSettings,
    Monitor,
    Polling,
    Retention,
    RuleSettings,
    Settings,
    WatchSettings,
    WebSubSettings,
)

__all__ = [
    "DEFAULT",
    "Destination",
    "Feed",
    "KafkaSettings",
    "LedgerSettings",
    "LogSettings",
    "Monitor",
    "Polling",
    "Retention",
    "RuleSettings",
    "Settings",
    "WatchSettings",
    "WebSubSettings",
    "found",
    "load",
    "place",
]
