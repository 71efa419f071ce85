"""Which gates the challenger met, and what would have stopped it."""

from dataclasses import dataclass

from batch.gate import Check
from batch.reporting.run import Run
from shared.reporting.page import Column, Note, Section, Table


@dataclass(frozen=True)
class Verdict:
    """The decision and its checks, the reasons first."""

    promoted: bool
    reason: str
    checks: tuple[Check, ...]


def verdict(run: Run) -> Verdict:
    """Take the decision of a run."""
    return Verdict(run.decision.promote, run.decision.reason, run.decision.checks)


def section(found: Verdict) -> Section:
    """Show all checks."""
    if not found.checks:
        return Section("Gates", "", (Note("There was no champion to judge against, so no gate applied."),))
    columns = (
        Column("Gate"),
        Column("Value", "number", digits=4),
        Column("Limit", "number", digits=4),
        Column("Result", "verdict"),
        Column("In words"),
    )

    def table(family: str, caption: str) -> Table:
        rows = [(c.name, c.value, c.limit, c.passed, c.text) for c in found.checks if c.family == family]
        return Table(columns, rows, caption)

    text = "A challenger needs one reason, and may meet no veto."
    return Section(
        "Gates",
        text,
        (table("reason", "Reasons to promote: any is enough"), table("veto", "Vetoes: all must pass")),
    )


def lead(found: Verdict) -> Note:
    """Return the decision in one sentence."""
    title = "Promoted" if found.promoted else "The champion stays"
    reason = found.reason.removeprefix("the champion stays: ")
    return Note(f"{reason[:1].upper()}{reason[1:]}.", "good" if found.promoted else "warning", title)
