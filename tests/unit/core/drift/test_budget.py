"""The sentence that says how many false alarms are bearable."""

import pytest

from shared.core.drift.budget import Budget


@pytest.mark.parametrize(
    ("sentence", "alarms", "days"),
    [
        ("1 per 90 days", 1, 90),
        ("2 per 13 weeks", 2, 91),
        ("1 per week", 1, 7),
        ("3 per day", 3, 1),
        (" 1  per 1 day ", 1, 1),
    ],
)
def test_a_sentence_is_read_as_it_is_meant(sentence: str, alarms: int, days: int) -> None:
    assert Budget.parse(sentence) == Budget(alarms, days)


@pytest.mark.parametrize(
    "sentence",
    ["", "1", "one per 90 days", "1 per 90", "1.5 per 90 days", "1 per 2 months", "-1 per 90 days"],
)
def test_another_sentence_is_refused_with_an_example(sentence: str) -> None:
    with pytest.raises(ValueError, match="should read like '1 per 90 days'") as refusal:
        Budget.parse(sentence)
    assert repr(sentence) in str(refusal.value)


@pytest.mark.parametrize("sentence", ["0 per 90 days", "1 per 0 days"])
def test_a_budget_of_nothing_is_refused(sentence: str) -> None:
    with pytest.raises(ValueError, match="at least 1 in at least 1 day"):
        Budget.parse(sentence)


def test_a_budget_is_written_as_it_is_read() -> None:
    assert Budget.parse(str(Budget(2, 91))) == Budget(2, 91)


def test_channels_share_the_budget() -> None:
    budget = Budget.parse("1 per 90 days")
    assert budget.run_length() == 90
    assert budget.run_length(channels=9) == 810
    assert budget.run_length(windows_per_day=24) == 2160
    assert budget.expected(147) == pytest.approx(147 / 90)


def test_no_channel_and_no_window_is_no_split() -> None:
    with pytest.raises(ValueError, match="channels=0"):
        Budget(1, 90).run_length(channels=0)
    with pytest.raises(ValueError, match="windows_per_day=0"):
        Budget(1, 90).run_length(windows_per_day=0)
