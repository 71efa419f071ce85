"""Every row of a dirty file is kept, or counted under exactly one reason."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from batch.studies import stand_ins
from batch.studies.retail_som_hierarchy.usable_rows import REASONS, clean
from tests.support.retail import as_read

GOOD = {
    "customerID": "BBID_20001",
    "transactionDate": "2023-06-15",
    "DOB": "16-06-1980",
    "Gender": "Female",
    "PinCode": "560001",
    "promo_code": "NEW5",
    "discountUsed": "Yes",
    "quantity": "2",
    "amount": "99.50",
}


def _table(*changes: dict[str, str | None]) -> pd.DataFrame:
    """Two good rows, which settle how dates are written, then one row for each change."""
    return pd.DataFrame([GOOD, GOOD, *(GOOD | change for change in changes)], dtype="string[pyarrow]")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"customerID": "BBID_"}, 0),
        ({"customerID": None}, 0),
        ({"DOB": None}, 1),
        ({"DOB": "NA"}, 1),
        ({"DOB": "31-02-1980"}, 2),
        ({"PinCode": None}, 3),
        ({"PinCode": "56OO01"}, 4),
        ({"transactionDate": "2023-02-30"}, 5),
        ({"DOB": "01-01-2024"}, 6),
        ({"DOB": "01-01-1890"}, 6),
        ({"amount": "free"}, 7),
        ({"quantity": None}, 7),
        ({"DOB": None, "PinCode": None, "customerID": "x"}, 0),
        ({"PinCode": None, "amount": None}, 3),
    ],
)
def test_a_row_is_dropped_under_its_first_fault(change: dict[str, str | None], reason: int) -> None:
    cleaned = clean(as_read(_table(change)))

    assert len(cleaned.rows) == 2
    assert cleaned.dropped == {name: int(at == reason) for at, name in enumerate(REASONS)}


def test_what_follows_from_dates_is_right() -> None:
    row = clean(as_read(_table())).rows.iloc[0]

    assert (row["customer_id"], row["age_years"], row["week"], row["month"]) == (20001, 42, 24, 6)


@pytest.mark.parametrize("word", [None, "?", "NA", "unknown"])
def test_an_unknown_gender_or_promotion_becomes_a_word(word: str | None) -> None:
    table = _table({"Gender": word, "promo_code": None})
    cleaned = clean(as_read(table))

    assert cleaned.rows.iloc[2][["gender", "promo_code"]].tolist() == ["unknown", "none"]
    assert cleaned.filled == {"gender": 1, "promo_code": 1, "discount_used": 0}


def test_rows_in_are_rows_kept_and_dropped() -> None:
    table = stand_ins.make("retail", 3_000)
    cleaned = clean(as_read(table))

    assert cleaned.n_in == 3_000 == len(cleaned.rows) + sum(cleaned.dropped.values())
    assert not cleaned.rows.isna().any(axis=None)


def test_counts_agree_with_a_count_row_by_row() -> None:
    table = stand_ins.make("retail", 1_500, seed=8)
    expected = dict.fromkeys(REASONS, 0)
    for row in table.itertuples(index=False):
        fault = _first_fault(row)
        if fault is not None:
            expected[REASONS[fault]] += 1

    assert clean(as_read(table)).dropped == expected


def _first_fault(row: object) -> int | None:
    """The rules again, in plain Python."""
    get = row._asdict()  # type: ignore[attr-defined]
    birth = _date(get["DOB"], "%d-%m-%Y")
    day = _date(get["transactionDate"], "%Y-%m-%d")
    faults = [
        not get["customerID"].removeprefix("BBID_").isdecimal(),
        get["DOB"] in ("", "unknown"),
        birth is None,
        get["PinCode"] in ("", "N/A"),
        not get["PinCode"].isdecimal(),
        day is None,
        birth is None or day is None or not 0 <= (day - birth) / np.timedelta64(1, "D") // 365.2425 <= 110,
        get["amount"] in ("", "free"),
    ]
    return faults.index(True) if True in faults else None


def _date(text: str, form: str) -> np.datetime64 | None:
    try:
        return np.datetime64(datetime.strptime(text, form), "D")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
