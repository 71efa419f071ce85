"""What a new installation is told, state by state."""

from dataclasses import fields, replace
from itertools import product

import pytest

from shared.core.first_steps import Standing, towards_customers, towards_segments

STORED = Standing(has_stored=True)
READ = replace(STORED, read=10)
BOUGHT = replace(READ, customers=7, clusterable=7, has_today=True)


@pytest.mark.parametrize(
    ("at", "why", "step"),
    [
        (Standing(), "no stream has run", "`resegment init`, then `resegment replay FILE`"),
        (Standing(is_running=True), "no record has come", "`resegment replay FILE`"),
        (STORED, "no record has been read", "`resegment replay FILE`, then `resegment stream`"),
        (replace(STORED, is_running=True), "no record has come", "`resegment replay FILE`"),
        (READ, "rejected or names no customer", "`resegment status`"),
        (replace(READ, customers=9), "begins with 'C'", "input.cancellation_prefix="),
        (replace(READ, customers=2, clusterable=2), "3 distinct customers", "tick.min_customers=1"),
        (replace(READ, customers=5, clusterable=5), "not closed its first day", "run `resegment stream`"),
        (
            replace(READ, customers=5, clusterable=5, is_running=True),
            "not closed its first day",
            "`resegment status` in a moment",
        ),
        (replace(BOUGHT, is_rewriting=True), "ended while it rewrote", "run `resegment stream`"),
        (BOUGHT, "7 of the 500 customers", "`resegment recluster --once`, then `resegment stream`"),
        (
            replace(BOUGHT, is_running=True),
            "7 of the 500 customers",
            "`resegment recluster --once`, which the running stream takes up",
        ),
        (replace(BOUGHT, customers=600, clusterable=600), "600 customers are enough", "`resegment recluster"),
        (replace(BOUGHT, request="open"), "nobody serves it", "`resegment recluster --once`"),
        (replace(BOUGHT, request="serving"), "under way", "in a moment"),
        (replace(BOUGHT, has_champion=True), "not taken up", "run `resegment stream`"),
        (replace(BOUGHT, has_champion=True, is_running=True), "not taken up", "in a moment"),
    ],
)
def test_each_state_leads_to_the_command_that_helps(at: Standing, why: str, step: str) -> None:
    advice = towards_segments(at)

    assert advice is not None
    assert why in advice.why
    assert step in advice.next


def test_with_a_model_there_is_nothing_to_advise() -> None:
    assert towards_segments(replace(BOUGHT, has_champion=True, has_model=True)) is None


def test_without_cancellations_none_are_blamed() -> None:
    advice = towards_segments(replace(READ, customers=9, cancellation_prefix=""))

    assert advice is not None
    assert "begins with" not in advice.why


def test_no_state_is_advised_to_recluster_before_there_is_somebody_to_cluster() -> None:
    flags = [field.name for field in fields(Standing) if field.type in (bool, "bool")]
    for values in product((False, True), repeat=len(flags)):
        for read, customers, clusterable in ((0, 0, 0), (9, 0, 0), (9, 4, 0), (9, 4, 4)):
            numbers = {"read": read, "customers": customers, "clusterable": clusterable}
            at = Standing(**dict(zip(flags, values, strict=True)), **numbers)
            advice, missing = towards_segments(at), towards_customers(at)
            if advice is None:
                assert at.has_model
                continue
            assert all((advice.what, advice.why, advice.next))
            assert str(advice).count("`") % 2 == 0
            if missing is not None:
                assert "recluster" not in str(missing)
