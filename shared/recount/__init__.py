"""The recount: every customer once more, from the records themselves, in plain code.

It is read as the specification and shares no code with the stream: one event at a time, in
offset order, with dictionaries and exact numbers. Where the two disagree, one of them is wrong.
"""

from shared.recount.account import Account
from shared.recount.compare import Comparison, Mismatch, compare_counters, compare_customers
from shared.recount.histories import compare_histories
from shared.recount.learning import compare_learning
from shared.recount.ledger import Ledger, Totals
from shared.recount.line import Line, RecountRules, read_line
from shared.recount.recount_table import recount_table

__all__ = [
    "Account",
    "Comparison",
    "Ledger",
    "Line",
    "Mismatch",
    "RecountRules",
    "Totals",
    "compare_counters",
    "compare_customers",
    "compare_histories",
    "compare_learning",
    "read_line",
    "recount_table",
]
