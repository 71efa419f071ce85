"""What verify compares and how it says what differs."""

from datetime import UTC, datetime
from typing import Any

from shared.recount import Account, Mismatch, Totals, compare_counters, compare_customers


def _account(**changes: Any) -> Account:
    account = Account()
    for name, value in changes.items():
        setattr(account, name, value)
    return account


def _document(**changes: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("first_purchase_at", "last_purchase_at", "newest_event_at", "late_floor"))
    counts = dict.fromkeys(("frequency", "monetary_minor", "applied", "duplicate", "late"), 0)
    return {**empty, **counts, "deleted": False, **changes}


def test_equal_customers_are_counted_and_nothing_is_said() -> None:
    bought = datetime(2011, 1, 1, tzinfo=UTC)
    document = _document(
        frequency=1, applied=1, first_purchase_at=bought, last_purchase_at=bought.replace(tzinfo=None)
    )
    account = _account(
        frequency=1, applied=1, first_purchase_ms=1_293_840_000_000, last_purchase_ms=1_293_840_000_000
    )
    result = compare_customers({"ann": document}, {"ann": account})
    assert (result.compared, result.mismatches) == (1, ())


def test_every_field_that_differs_is_named_with_both_values() -> None:
    result = compare_customers({"ann": _document(frequency=2, late=1)}, {"ann": _account(frequency=1)})
    assert result.mismatches == (Mismatch("ann", "frequency", 2, 1), Mismatch("ann", "late", 1, 0))


def test_a_customer_on_one_side_only_is_a_mismatch() -> None:
    result = compare_customers({"ann": _document()}, {"bob": _account()})
    assert result.compared == 2
    assert result.mismatches == (Mismatch("ann", "_id", "ann", None), Mismatch("bob", "_id", None, "bob"))


def test_a_deleted_customer_is_left_out() -> None:
    result = compare_customers({"ann": _document(deleted=True)}, {"ann": _account(frequency=3)})
    assert (result.compared, result.mismatches) == (0, ())


def test_a_file_says_nothing_about_outcomes() -> None:
    result = compare_customers({"ann": _document(duplicate=5)}, {"ann": _account()}, is_by_record=False)
    assert result.mismatches == ()


def test_totals_are_compared_and_must_add_up() -> None:
    stored = {
        "read": 3,
        "applied": 2,
        "duplicate": 0,
        "late": 0,
        "unattributed": 0,
        "rejected": 0,
        "unattributed_minor": 0,
    }
    found = {mismatch.field for mismatch in compare_counters(stored, Totals(read=3, applied=3)).mismatches}
    assert found == {"counters.applied", "counters.read = sum of outcomes"}
    assert compare_counters(stored | {"applied": 3}, Totals(read=3, applied=3)).mismatches == ()
