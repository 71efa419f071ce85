"""Count every customer of a file once more, in plain code, from the events that `replay` makes of it."""

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.recount import Account, RecountRules
    from shared.settings import Settings
    from streaming.replay import Reading


def accounts_of(reading: "Reading", settings: "Settings") -> "dict[str, Account]":
    """Return an account for each customer of a file; what the stream rejects counts for nobody.

    Raises
    ------
    InvalidConfig : the file cannot be read to its end.
    """
    import pandas as pd

    from shared.recount import RecountRules, recount_table

    money = ("amount",) if "amount" in reading.profile.given else ("quantity", "unit_price")
    fields = ("event_id", "event_time", "customer_id", "invoice_no", *money)
    rules = RecountRules(settings.input, settings.state, settings.tick)
    table = pd.DataFrame(_events(reading, rules, fields), columns=list(fields))
    table = table.drop_duplicates(["event_id", "customer_id", "event_time"])
    times = pd.to_datetime(table["event_time"], format="ISO8601", utc=True)
    texts = table.fillna("").astype(str)
    return recount_table(
        texts.assign(event_time=times),
        cancellation_prefix=settings.input.cancellation_prefix,
        zone=settings.input.zone,
    )


def _events(reading: "Reading", rules: "RecountRules", fields: "Sequence[str]") -> "Iterator[list[Any]]":
    """Yield the named fields of each event that is none for the dead letters."""
    from shared.recount.line import read_line
    from streaming.replay.identity import Identities
    from streaming.replay.portions import in_sending_order

    now_ms = round(time.time() * 1000)
    for batch, _ in in_sending_order(reading, Identities(reading.profile)):
        for value in batch.values:
            if read_line(value, now_ms, rules) is not None:
                event = json.loads(value)
                yield [event.get(name) for name in fields]
