"""Seconds by stage."""

from contextlib import suppress

from shared.stopwatch import Stopwatch


def test_a_stopwatch_adds_up_also_when_a_stage_fails() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with suppress(KeyError), watch.stage("write"):
            raise KeyError

    assert set(watch.seconds) == {"write"}
    assert watch.seconds["write"] > 0
