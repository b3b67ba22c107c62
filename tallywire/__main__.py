"""The `tallywire` command."""

from __future__ import annotations

import sys

from tallywire import shadow
from tallywire.errors import TallywireError


def main() -> None:
    """Run the command line; exit 0 done, 1 something failed, 2 the call or the configuration is wrong."""
    try:
        shadow.check()
        from tallywire.cli import app  # not before the check: it imports what the check is about

        app()
    except TallywireError as error:
        sys.stderr.write(f"tallywire: {error}\n")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT, as shells say it
    except BrokenPipeError:  # the reader of our output left early, as `head` does
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
