"""Which gates the challenger met, and what would have stopped it."""

from dataclasses import dataclass

from batch.gate import Check, Family
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
    result = {"reason": Column("Given"), "veto": Column("Result", "verdict")}

    def table(family: Family, caption: str) -> Table:
        columns = (
            Column("Gate"),
            Column("Value", "number", digits=None),
            Column("Limit", "number", digits=None),
            result[family],
            Column("In words"),
        )
        rows = [(c.name, c.value, c.limit, _result(c), c.text) for c in found.checks if c.family == family]
        return Table(columns, rows, caption)

    text = "A challenger needs one reason, and may meet no veto."
    reasons = table("reason", "Reasons to promote: any is enough")
    return Section("Gates", text, (reasons, table("veto", "Vetoes: all must pass")))


def _result(check: Check) -> bool | str:
    """Return whether a veto passed; a reason that is not given is no failure, so it is put in words."""
    if check.family == "veto":
        return check.passed
    return "yes" if check.passed else "no"


def lead(found: Verdict) -> Note:
    """Return the decision in one sentence."""
    title = "Promoted" if found.promoted else "The champion stays"
    reason = found.reason.removeprefix("the champion stays: ")
    return Note(f"{reason[:1].upper()}{reason[1:]}.", "good" if found.promoted else "warning", title)
