"""Which gates the challenger met, and what would have stopped it."""

from dataclasses import dataclass

from batch.gate import Family, GateCheck
from batch.reporting.run import Run
from shared.reporting.page import Note, Section, TableBlock, TableColumn


@dataclass(frozen=True)
class GateVerdict:
    """The decision and its checks, the reasons first."""

    promoted: bool
    reason: str
    checks: tuple[GateCheck, ...]


def verdict(run: Run) -> GateVerdict:
    """Take the decision of a run."""
    return GateVerdict(run.decision.promote, run.decision.reason, run.decision.checks)


def section(found: GateVerdict) -> Section:
    """Show all checks."""
    if not found.checks:
        return Section("Gates", "", (Note("There was no champion to judge against, so no gate applied."),))
    result = {"reason": TableColumn("Given"), "veto": TableColumn("Result", "verdict")}

    def table(family: Family, caption: str) -> TableBlock:
        columns = (
            TableColumn("Gate"),
            TableColumn("Value", "number", digits=None),
            TableColumn("Limit", "number", digits=None),
            result[family],
            TableColumn("In words"),
        )
        rows = [(c.name, c.value, c.limit, _result(c), c.text) for c in found.checks if c.family == family]
        return TableBlock(columns, rows, caption)

    text = "A challenger needs one reason, and may meet no veto."
    reasons = table("reason", "Reasons to promote: any is enough")
    return Section("Gates", text, (reasons, table("veto", "Vetoes: all must pass")))


def _result(check: GateCheck) -> bool | str:
    """Return whether a veto passed; a reason that is not given is no failure, so it is put in words."""
    if check.family == "veto":
        return check.passed
    return "yes" if check.passed else "no"


def lead(found: GateVerdict) -> Note:
    """Return the decision in one sentence."""
    title = "Promoted" if found.promoted else "The champion stays"
    reason = found.reason.removeprefix("the champion stays: ")
    return Note(f"{reason[:1].upper()}{reason[1:]}.", "good" if found.promoted else "warning", title)
