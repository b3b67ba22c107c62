"""When an alert may go out: how close together a story's alerts may come, quiet hours, the times of a digest."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from tallywire.records import Record

_DAY = timedelta(days=1)


class Pace(Record, frozen=True):
    """The settings of a desk.  What is critical is told at once, whatever they say."""

    breaking: timedelta = timedelta(hours=1)  #: from the story's first alert on, every one is told at once
    gap: timedelta = timedelta(hours=1)  #: afterwards, the least time between two
    gather: timedelta = timedelta(0)  #: an alert waits so long for what else a burst brings
    quiet_from: time = time(0)  #: start of the quiet hours; the same as their end means none
    quiet_to: time = time(0)  #: end of the quiet hours: what was held is told together
    digest: tuple[time, ...] = ()  #: when what waits for the digest is told
    zone: tzinfo = UTC  #: of the hours above

    def opens(self, at: datetime, first: datetime | None, last: datetime | None) -> datetime:
        """When an alert wished for at `at` may go out, after the story's `first` and `last`."""
        if first is not None and last is not None and at >= first + self.breaking:
            at = max(at, last + self.gap)
        return self.after_quiet(at)

    def after_quiet(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours that it falls in."""
        start, end = self.quiet_from, self.quiet_to
        local = at.astimezone(self.zone)
        clock = local.time()
        quiet = (clock >= start or clock < end) if start > end else start <= clock < end
        return _next(local, end) if quiet else at

    def next_digest(self, at: datetime) -> datetime:
        """The first time of a digest after `at`; `at` itself where there is no digest."""
        local = at.astimezone(self.zone)
        return min((_next(local, moment) for moment in self.digest), default=at)


def _next(local: datetime, moment: time) -> datetime:
    """When the clock next shows `moment`, in UTC."""
    today = local.replace(
        hour=moment.hour, minute=moment.minute, second=moment.second, microsecond=moment.microsecond
    )
    return (today if today > local else today + _DAY).astimezone(UTC)
