"""By which rules a stream goes on, and which of them it refuses to change."""

from dataclasses import replace

import pytest

from shared.core.customers.partition_clock import PartitionClock, Reached
from shared.errors import StartRefused
from streaming.driver.live import first_state
from streaming.driver.standing import DayRules, TopicIdentity
from streaming.driver.startup import with_day_rules

RULES = DayRules("Europe/London", min_customers=2, max_jump_days=31, history_days=400)
HELD = PartitionClock(10, (Reached(1, 10), Reached(2, 10)), (Reached(3, 90), Reached(4, 80)), 2, 90)
STATE = replace(first_state("main", TopicIdentity("t", "i", 1), RULES), clocks={0: HELD})


def test_the_same_rules_change_nothing() -> None:
    now = with_day_rules(STATE, RULES, accept_jump=False)
    assert (now.day_rules, now.clocks) == (RULES, STATE.clocks)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (replace(RULES, zone="UTC"), "input.zone should be 'Europe/London'"),
        (replace(RULES, history_days=401), "state.history_days should be at most 400"),
    ],
)
def test_what_days_were_kept_by_is_not_changed(rules: DayRules, said: str) -> None:
    with pytest.raises(StartRefused, match=f"{said}.*name another database"):
        with_day_rules(STATE, rules, accept_jump=False)


def test_a_shorter_history_is_kept_from_now_on() -> None:
    rules = with_day_rules(STATE, replace(RULES, history_days=90), accept_jump=False).day_rules
    assert (rules.history_days, rules.is_recountable) == (90, True)


@pytest.mark.parametrize("changed", [replace(RULES, min_customers=3), replace(RULES, max_jump_days=7)])
def test_once_the_clocks_go_by_another_rule_the_topic_alone_no_longer_tells_the_known_days(
    changed: DayRules,
) -> None:
    now = with_day_rules(STATE, changed, accept_jump=False)
    assert now.day_rules == replace(changed, is_recountable=False)
    assert with_day_rules(now, changed, accept_jump=False).day_rules == now.day_rules
    assert with_day_rules(now, RULES, accept_jump=False).day_rules == replace(RULES, is_recountable=False)


def test_an_operator_lets_the_days_that_were_held_count() -> None:
    now = with_day_rules(STATE, RULES, accept_jump=True)
    assert (now.clocks[0].day, now.clocks[0].waiting_lines) == (80, 0)
    assert not now.day_rules.is_recountable
