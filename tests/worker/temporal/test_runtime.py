import logging

from worker.temporal.runtime import RepeatFilter


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("temporalio.core", logging.WARNING, "", 0, message, (), None)


def test_the_same_warning_is_shown_once_a_minute_and_the_rest_counted() -> None:
    clock = Clock()
    thinned = RepeatFilter(seconds=60, clock=clock)
    shown = [thinned.filter(record(f"poll failed, attempt {attempt} {{'port': {attempt}}}")) for attempt in range(5)]
    clock.now = 61
    later = record("poll failed, attempt 6 {}")
    assert shown == [True, False, False, False, False]
    assert thinned.filter(later)
    assert later.getMessage() == "poll failed, attempt 6 {} (and 4 more like it since)"


def test_another_warning_is_not_held_back() -> None:
    thinned = RepeatFilter(clock=Clock())
    assert thinned.filter(record("poll failed"))
    assert thinned.filter(record("heartbeat failed"))
