"""The parser's columns as one answer per record."""

from collections.abc import Sequence

import numpy as np

from shared.settings import InputSettings
from streaming.task.contract import Rejection
from streaming.task.parse import Parsed, parse
from tests.support import poison

RULES = InputSettings(currency=poison.CURRENCY)
KAFKA_MS = round(poison.KAFKA_TIME.timestamp() * 1000)

Answer = tuple[object, ...] | Rejection


def answers(parsed: Parsed, n: int) -> list[Answer]:
    """Return what became of each of n records; a record without an answer, or with two, is an error."""
    rows = zip(
        parsed.rows.tolist(),
        parsed.customer_ids.to_pylist(),
        parsed.event_hash.tolist(),
        parsed.invoice_hash.tolist(),
        parsed.event_ms.tolist(),
        parsed.amount_minor.tolist(),
        parsed.is_purchase.tolist(),
        strict=True,
    )
    pairs: list[tuple[int, Answer]] = [(position, tuple(rest)) for position, *rest in rows]
    guests = zip(parsed.unattributed.tolist(), parsed.unattributed_minor.tolist(), strict=True)
    pairs += [(position, (None, minor)) for position, minor in guests]
    pairs += list(parsed.rejections.items())
    assert sorted(position for position, _ in pairs) == list(range(n))
    return [answer for _, answer in sorted(pairs, key=lambda pair: pair[0])]


def read(values: Sequence[bytes | None], rules: InputSettings = RULES) -> list[Answer]:
    """Parse records that all have the Kafka timestamp of the poison table."""
    return answers(parse(values, np.full(len(values), KAFKA_MS), rules), len(values))


def outcome(answer: Answer) -> str:
    """Return `applied`, `unattributed` or `rejected:<code>`."""
    if isinstance(answer, Rejection):
        return f"rejected:{answer.code}"
    return "unattributed" if answer[0] is None else "applied"
