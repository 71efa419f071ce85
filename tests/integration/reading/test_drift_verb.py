"""What `drift` shows, and when it fails a job that asks it to."""

import pytest

from tests.support.verbs import Resegment, document


def test_drift_shows_the_newest_measurements_with_their_history(resegment: Resegment) -> None:
    done = resegment("drift")

    assert done.code == 0, done.stderr
    assert "▁▂▃▄▅" in done.stdout
    found = document(resegment("drift", "--json"))
    assert [row["status"] for row in found["metrics"]] == ["ok", "undefined", "warn"]


def test_drift_draws_flows_against_their_limit_and_says_how_the_budget_is_kept(resegment: Resegment) -> None:
    done = resegment("drift")

    assert "limit │" in done.stdout
    assert "▂▃▄" in done.stdout
    assert "0 in 40 watched days (0.4 allowed)" in done.stdout
    assert document(resegment("drift", "--json"))["watch"]["advisory"] is True


def test_drift_says_of_hours_why_they_are_not_watched_if_they_should_be(resegment: Resegment) -> None:
    days, both = resegment("drift"), ("drift", "--set", "drift.hourly=true")

    assert "hours" not in days.stdout
    assert "not watched: they differ by more than chance" in resegment(*both).stdout
    watch = document(resegment(*both, "--json"))["watch"]
    assert watch["hours"] == {
        "state": "dependent", "chance": 0.0002, "watched_days": 10.0, "alarms": 0, "allowed": 10 / 180,
        "second_opinion": None,
    }  # fmt: skip
    assert watch["allowed"] == 40 / 180, "days have half of the budget"


def test_a_second_opinion_is_refused_where_hours_are_not_watched(resegment: Resegment) -> None:
    done = resegment("drift", "--second-opinion")

    assert done.code == 2
    assert "set drift.hourly = true" in done.stderr


def test_drift_tells_what_became_of_segments(resegment: Resegment) -> None:
    done = resegment("drift")

    (line,) = (line for line in done.stdout.splitlines() if "split" in line)
    assert [word for word in ("learning", "90.0%") if word not in line] == []
    assert "survive" not in done.stdout
    learnt = document(resegment("drift", "--json"))["events"][1]
    assert len(learnt["events"][0]["new_names"]) == 2
    assert learnt["fates"][0]["unicity"] == 0.1


@pytest.mark.parametrize(("level", "code"), [("warn", 5), ("critical", 0)])
def test_drift_fail_on_exits_with_5_when_met(resegment: Resegment, level: str, code: int) -> None:
    assert resegment("drift", "--fail-on", level).code == code
    assert resegment("drift", "--metric", "radius_shift", "--fail-on", level).code == 0


def test_a_misspelt_metric_is_refused_so_that_no_gate_stays_silent(resegment: Resegment) -> None:
    done = resegment("drift", "--metric", "share_spi", "--fail-on", "warn")

    assert done.code == 2
    assert "there are drift_basket, radius_shift, share_psi" in done.stderr
