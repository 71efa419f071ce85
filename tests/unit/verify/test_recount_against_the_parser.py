"""Two parsers of the same event, written apart: on damaged records they must come to the same answer."""

import json
import random
from typing import Any

import numpy as np

from shared.recount import RecountRules, read_line
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.task.parse import Parsed, parse
from tests.support import poison

INPUT = InputSettings(currency=poison.CURRENCY, zone="Europe/London")
KAFKA_MS = round(poison.KAFKA_TIME.timestamp() * 1000)
N_RECORDS = 6_000

PRICES = (
    "2.55", "0.1", "1e3", "1E-2", "-5", "+5", ".5", "5.", "1_0", "0x1", "99999999.9999", "100000000.0001",
    "0.00005", "2.5500000000000001", "1e99", "00012.5", 2.55, 0.1 + 0.2, 1 / 3, 1e-5, 8 * 0.1, 1e8, 1e22,
    3, 10**20, -0.0, 1.00005, 123456.7891,
)  # fmt: skip
TIMES = (
    "2011-10-30T01:30:00", "2011-03-27T01:30:00", "2011-02-03T08:00:00.0005Z", "2011-02-03T08:00:00.9995Z",
    "2011-02-03T08:00:00.99999949Z", "1970-01-01T00:00:00+00:01", "2011-12-09T12:05:00Z",
    "2011-12-09T12:05:00.001Z", "2000-02-29T00:00:00-23:59",
)  # fmt: skip
QUANTITIES = (
    1, -3, 2**31, -(2**31), 2**31 + 1, 100_000_000, 40_000_000, 0.75, -2.5, "0.750", "-0.0001", "0.00005",
    1e-4, 0.1 + 0.2, "1e-4", "2147483648.0001", 0, -0.0, "1e3", " 1", "", True,
)  # fmt: skip
AMOUNTS = (None, "15.30", 15.3, -4, "100000000.0001", "", True)
SHARDS = (
    '"',
    "\\",
    "\\ud83d",
    "\\ude00",
    "é",
    "0",
    "9",
    "e",
    "-",
    ".",
    ",",
    ":",
    "{",
    "}",
    "]",
    "null",
    " ",
    "Z",
)


def _damaged(rng: random.Random) -> bytes:
    event: dict[str, Any] = {
        "event_id": "e1",
        "event_time": rng.choice((*TIMES, *["2011-02-03T08:00:00Z"] * 9)),
        "customer_id": "17850",
        "invoice_no": "536365",
        "stock_code": "85123A",
        "quantity": rng.choice((*QUANTITIES, *[6] * 9)),
        "unit_price": rng.choice((*PRICES, *["2.55"] * 9)),
        "currency": "GBP",
    }
    if rng.random() < 0.2:
        event["amount"] = rng.choice(AMOUNTS)
    for name in ("quantity", "unit_price", "stock_code"):
        if rng.random() < 0.05 or ("amount" in event and rng.random() < 0.7):
            event[name] = None
    text = json.dumps(event)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(SHARDS) + text[at + rng.choice((0, 1, 2)) :]
    return text.encode()


Answer = tuple[str | None, int | None, int, bool | None]


def _answers(parsed: Parsed) -> dict[int, Answer]:
    """Position -> customer, time and kind (of a customer's line only) and amount of what was accepted."""
    columns = (parsed.rows, parsed.event_ms, parsed.amount_minor, parsed.is_purchase)
    known = zip(parsed.customer_ids.to_pylist(), *(column.tolist() for column in columns), strict=True)
    answers: dict[int, Answer] = {row: (who, ms, minor, buys) for who, row, ms, minor, buys in known}
    guests = zip(parsed.unattributed, parsed.unattributed_minor, strict=True)
    return answers | {int(row): (None, None, int(minor), None) for row, minor in guests}


def test_both_parsers_accept_the_same_records_and_read_the_same_from_them() -> None:
    rng = random.Random(20_111_209)
    values = [_damaged(rng) for _ in range(N_RECORDS)]
    answers = _answers(parse(values, np.full(N_RECORDS, KAFKA_MS), INPUT))
    rules = RecountRules(INPUT, StateSettings(), TickSettings())
    assert N_RECORDS // 10 < len(answers) < N_RECORDS
    for position, value in enumerate(values):
        line = read_line(value, KAFKA_MS, rules)
        expected: Answer | None = None
        if line is not None and line.customer_id is None:
            expected = (None, None, line.amount_minor, None)
        elif line is not None:
            expected = (line.customer_id, line.time_ms, line.amount_minor, line.is_purchase("C"))
        assert answers.get(position) == expected, value
