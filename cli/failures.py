"""Turn whatever ends a verb into a few lines on stderr and an exit code (docs/commands.md)."""

import sys
import traceback

from shared.errors import (
    InvalidConfig,
    LeaseHeld,
    ModelNotFound,
    ReclusteringError,
    SchemaMismatch,
    ServiceUnavailable,
    StartRefused,
)
from shared.redaction import redact

FAILED = 1
UNREACHABLE = 3
INTERRUPTED = 130
TERMINATED = 143
MAX_LINES = 3
MAX_CHARACTERS = 600

USUAL: dict[type, tuple[str, str]] = {
    InvalidConfig: (
        "a setting or an argument is not what it should be",
        "correct it: see `resegment {verb} --help` and `resegment config show --origin`",
    ),
    ServiceUnavailable: ("a service does not answer", "see `resegment services status`"),
    LeaseHeld: ("it runs once at a time", "see `resegment status`, which names its holder"),
    StartRefused: ("going on would damage what is stored", "see docs/runbook.md"),
    SchemaMismatch: ("it is damaged, or of another version", "run `resegment doctor`"),
    ModelNotFound: ("there is no such model", "see `resegment model ls`"),
    ReclusteringError: ("it cannot go on as things are", "run again with --debug for the details"),
}
"""Why, and what to do next, where the message of an error of this kind leaves it out."""


class Terminated(BaseException):
    """SIGTERM arrived: unwinds like KeyboardInterrupt, so that `finally` blocks stop what they started."""


def report(error: BaseException, *, verb: str, debug: bool) -> int:
    """Explain `error` on stderr, without credentials, and give the exit code."""
    if debug:
        print(redact("".join(traceback.format_exception(error))), file=sys.stderr)
    text, code = _explained(error, verb, debug=debug)
    lines = [line for line in redact(f"resegment {verb}: {text}").splitlines() if line.strip()]
    print("\n".join(line[:MAX_CHARACTERS] for line in lines[:MAX_LINES]), file=sys.stderr)
    return code


def refusal(error: ReclusteringError, verb: str) -> str:
    """Write what happened, why, and what to do next, a line each.

    A message has these in this order between semicolons; what it leaves out is said for its kind.
    """
    what, *rest = " ".join(str(error).split()).split("; ")
    usual_why, usual_next = next(USUAL[kind] for kind in type(error).__mro__ if kind in USUAL)
    next_step = rest.pop() if rest else usual_next.format(verb=verb)
    why = "; ".join([*rest, *_cause(error)]) or usual_why
    return f"{what}\n  why: {why}\n  next: {next_step}"


def _explained(error: BaseException, verb: str, *, debug: bool) -> tuple[str, int]:
    if isinstance(error, ReclusteringError):
        return refusal(error, verb), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, Terminated):
        return "terminated", TERMINATED
    first = (str(error).splitlines() or [type(error).__name__])[0]
    if _is_connection_error(error):
        why, step = f"  why: {first[:200]}", "  next: see `resegment services status`"
        return f"a service did not answer\n{why}\n{step}", UNREACHABLE
    hint = "" if debug else "\n  next: run again with --debug for the traceback"
    return f"unexpected {type(error).__name__}: {first[:300]}{hint}", FAILED


def _cause(error: BaseException) -> list[str]:
    why = str(error.__cause__ or "").splitlines()
    return [why[0][:200]] if why and why[0] not in str(error) else []


def _is_connection_error(error: BaseException) -> bool:
    """Recognise the drivers' errors by name, because importing the drivers here would cost every `--help`."""
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    return bool(
        names
        & {
            "pymongo.errors.ConnectionFailure",
            "kafka.errors.NoBrokersAvailable",
            "kafka.errors.KafkaConnectionError",
            "kafka.errors.KafkaTimeoutError",
        }
    )
