"""What became of many exports, in a table."""

from collections import Counter
from collections.abc import Sequence

from tests.support.exports.outcome import Outcome


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Count verdicts, and the questions that files asked."""
    rows = Counter(_verdict(outcome) for outcome in outcomes)
    asked = Counter(code for outcome in outcomes for code in set(outcome.asked))
    stopped = Counter(outcome.why.partition(":")[0] for outcome in outcomes if outcome.verdict == "stopped")
    warned = Counter(code for outcome in outcomes for code in set(outcome.warned))
    lines = [f"{len(outcomes)} exports"]
    for title, counts in (
        ("what became of them", rows),
        ("asked, and answered with the flag named", asked),
        ("stopped for good", stopped),
        ("warned, beside the right figures", warned),
    ):
        lines += [title, *(f"  {n:5}  {what}" for what, n in counts.most_common())]
    return "\n".join(lines)


def _verdict(outcome: Outcome) -> str:
    if outcome.verdict != "right":
        return outcome.verdict
    return "right after the flag that was named" if outcome.asked else "right without a word"
