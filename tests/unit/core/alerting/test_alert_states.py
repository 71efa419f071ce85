"""When an alert's state changes, and that reading the same findings again changes nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.alerting.alert_findings import AlertFinding, Severity, alert_key
from shared.core.alerting.alert_states import Episode, fired, resolved

DAY_1 = datetime(2011, 3, 1, tzinfo=UTC)
KEY = alert_key("main", "drift_basket", 3)


def found(day: int, score: float | None = 2.0, severity: Severity = "ticket") -> AlertFinding:
    as_of = DAY_1 + timedelta(days=day)
    return AlertFinding(KEY, "drift_basket", severity, "Baskets changed", "by 20%", as_of, score, 3)


def run(*steps: AlertFinding | int) -> Episode:
    """Fire each finding, and resolve on the day that a number names."""
    episode: Episode | None = None
    for step in steps:
        if isinstance(step, int):
            episode = resolved(episode, DAY_1 + timedelta(days=step), "calm") or episode
        else:
            episode = fired(episode, step) or episode
    assert episode is not None
    return episode


def history(episode: Episode) -> list[tuple[int, str, str]]:
    return [(change.seq, change.status, change.reason) for change in episode.changes]


def test_a_key_names_stream_kind_and_model() -> None:
    assert KEY == "main:drift_basket:3"
    assert alert_key("main", "stream_down") == "main:stream_down"


def test_firing_again_with_the_same_score_is_no_change() -> None:
    episode = run(found(0), found(1), found(2))

    assert history(episode) == [(1, "firing", "first found")]
    assert (episode.first_as_of, episode.last_as_of) == (DAY_1, DAY_1 + timedelta(days=2))


def test_half_as_much_again_is_a_change_and_counts_from_there() -> None:
    episode = run(found(0, 2.0), found(1, 2.9), found(2, 3.0), found(3, 4.4), found(4, 4.5))

    assert [change.score for change in episode.changes] == [2.0, 3.0, 4.5]
    assert episode.changes[1].reason == "the score grew from 2 to 3"


def test_a_higher_severity_is_a_change_and_a_lower_one_is_not() -> None:
    episode = run(found(0), found(1, severity="warning"), found(2))

    assert [change.severity for change in episode.changes] == ["ticket", "warning"]
    assert episode.severity == "warning"


def test_a_finding_without_degrees_never_grows() -> None:
    assert len(run(found(0, None), found(1, None)).changes) == 1


def test_an_alert_that_comes_back_is_another_episode_of_the_same_alert() -> None:
    episode = run(found(0), 3, found(5))

    assert history(episode) == [
        (1, "firing", "first found"),
        (2, "resolved", "calm"),
        (3, "firing", "found again"),
    ]
    assert (episode.first_as_of, episode.resolved_as_of) == (DAY_1 + timedelta(days=5), None)


def test_what_does_not_fire_cannot_be_resolved() -> None:
    assert resolved(None, DAY_1, "calm") is None
    assert resolved(run(found(0), 1), DAY_1 + timedelta(days=9), "calm") is None


def test_an_old_resolution_does_not_end_a_newer_alert() -> None:
    assert run(found(0), found(4), 2).status == "firing"


STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.just(0.0), st.floats(1, 20)), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(STEPS, st.integers(0, 12))
def test_reading_everything_again_from_any_point_changes_nothing(
    raw: list[tuple[int, float, bool]], back: int
) -> None:
    """Each step moves time on (by at least a day after a resolution) and fires, or resolves."""
    day, steps = 0, [found(0)]
    for gap, score, ends in raw:
        day += gap + 1
        steps += [day] if ends else [found(day, score)]
    once = run(*steps)

    assert run(*steps, *steps[-back:]) == once
    assert [change.seq for change in once.changes] == list(range(1, len(once.changes) + 1))
