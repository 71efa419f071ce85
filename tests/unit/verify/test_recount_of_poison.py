"""The recount's verdict on every poison record."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.recount import Account, Ledger, RecountRules, read_line
from shared.settings import InputSettings, StateSettings, TickSettings
from tests.support import poison
from tests.support.parsed import outcome, read

RULES = RecountRules(InputSettings(currency=poison.CURRENCY), StateSettings(), TickSettings())
KAFKA_MS = round(poison.KAFKA_TIME.timestamp() * 1000)
CASES = poison.cases(oversized_bytes=200_000)
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "transaction.schema.json").read_text())
ACCEPTED = [case for case in CASES if not case.is_rejected]
BY_SHAPE = [
    case
    for case in CASES
    if case.expected in {"rejected:bad_type", "rejected:missing_field"} or case.name in poison.AMOUNT_BESIDE
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_poison_record_is_accepted_or_rejected_as_the_table_says(case: poison.PoisonCase) -> None:
    line = read_line(case.value, KAFKA_MS, RULES)
    assert (line is None) == case.is_rejected
    if line is not None:
        assert line.customer_id == case.customer_id
        assert (line.customer_id is None) == (case.expected == "unattributed")


@pytest.mark.parametrize("sequence", poison.sequences(), ids=lambda sequence: sequence.name)
def test_each_poison_sequence_leaves_the_state_the_table_says(sequence: poison.PoisonSequence) -> None:
    account = Account()
    for case in sequence.records:
        line = read_line(case.value, KAFKA_MS, RULES)
        assert line is not None
        assert account.take(line, (0, 0), RULES) == case.expected
    assert {name: getattr(account, name) for name in sequence.state} == sequence.state


def test_poison_changes_no_neighbour_and_every_record_has_one_outcome() -> None:
    ledger = Ledger(RULES, offsets={0: len(CASES)}, fences={})
    for offset, case in enumerate(CASES):
        ledger.add(0, offset, KAFKA_MS, case.value)
    accepted = [case for case in CASES if case.expected == "applied"]
    assert set(ledger.accounts) == {case.customer_id for case in accepted}
    assert all(account.applied == 1 for account in ledger.accounts.values())
    totals = ledger.totals
    assert totals.read == len(CASES)
    assert totals.rejected == sum(case.is_rejected for case in CASES)
    assert totals.unattributed == 3
    assert totals.read == totals.applied + totals.rejected + totals.unattributed


def test_names_and_customers_of_the_table_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    customers = [case.customer_id for case in CASES if case.expected == "applied"]
    assert len(set(customers)) == len(customers)


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_the_published_schema_accepts_what_the_stream_accepts(case: poison.PoisonCase) -> None:
    jsonschema.validate(json.loads(case.value or b""), SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("case", BY_SHAPE, ids=lambda case: case.name)
def test_the_published_schema_refuses_wrong_types_and_missing_fields(case: poison.PoisonCase) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(case.value or b""), SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("example", SCHEMA["examples"], ids=lambda example: example["event_id"])
def test_the_schemas_examples_are_what_it_says_and_what_the_stream_takes(example: dict[str, Any]) -> None:
    jsonschema.validate(example, SCHEMA, cls=jsonschema.Draft202012Validator)
    value = json.dumps(example).encode()
    assert read_line(value, KAFKA_MS, RULES) is not None
    assert outcome(read([value])[0]) in {"applied", "unattributed"}
