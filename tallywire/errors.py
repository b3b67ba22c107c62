"""The errors Tallywire raises on purpose.

    TallywireError
    ├── ConfigError        the configuration is wrong: which key, which line, what is allowed
    ├── InputError         a file or a line given on the command line cannot be used
    ├── StateError         the state file cannot be opened, is newer than this program, or is in use
    ├── BrokerError        Kafka is not reached, refuses us, or its topics are not as they should be
    ├── DeliveryError      no destination is left to tell
    ├── OverrunError       a text costs more to read than one article is allowed
    └── ShadowedError      another package named `streams` or `connectors` stands before ours

Each message names the place and the remedy.  The command line prints it alone and exits with `exit_status`.
"""

from __future__ import annotations


class TallywireError(Exception):
    """Base of all; its message is for a person."""

    exit_status = 1


class ConfigError(TallywireError):
    """A mistake in the configuration, the environment or the call."""

    exit_status = 2


class InputError(TallywireError):
    """A given file or line cannot be used."""


class StateError(TallywireError):
    """The state file cannot be used."""


class OverrunError(TallywireError):
    """A text costs more to read than one article is allowed."""


class BrokerError(TallywireError):
    """Kafka cannot be used."""


class DeliveryError(TallywireError):
    """No destination takes alerts any longer."""


class ShadowedError(TallywireError):
    """A foreign package would be run in place of ours."""

    exit_status = 2
