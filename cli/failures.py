"""Turn whatever ends a verb into a few lines on stderr and an exit code (docs/commands.md)."""

import sys
import traceback

from shared.errors import ReclusteringError
from shared.redaction import redact

FAILED = 1
UNREACHABLE = 3
INTERRUPTED = 130
TERMINATED = 143
MAX_LINES = 3
MAX_CHARACTERS = 600


class Terminated(BaseException):
    """SIGTERM arrived: unwinds like KeyboardInterrupt, so that `finally` blocks stop what they started."""


def report(error: BaseException, *, verb: str, debug: bool) -> int:
    """Explain `error` on stderr, without credentials, and give the exit code."""
    if debug:
        print(redact("".join(traceback.format_exception(error))), file=sys.stderr)
    text, code = _explained(error, debug=debug)
    lines = [line for line in redact(f"resegment {verb}: {text}").splitlines() if line.strip()]
    print("\n".join(line[:MAX_CHARACTERS] for line in lines[:MAX_LINES]), file=sys.stderr)
    return code


def _explained(error: BaseException, *, debug: bool) -> tuple[str, int]:
    if isinstance(error, ReclusteringError):
        return f"{error}{_cause(error)}", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, Terminated):
        return "terminated", TERMINATED
    if _is_connection_error(error):
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"a service did not answer: {first[:200]}\nsee `resegment services status`", UNREACHABLE
    first = (str(error).splitlines() or [""])[0]
    hint = "" if debug else "; run again with --debug for the traceback"
    return f"unexpected {type(error).__name__}: {first[:300]}{hint}", FAILED


def _cause(error: BaseException) -> str:
    why = str(error.__cause__ or "").splitlines()
    return f"\ncause: {why[0][:200]}" if why and why[0] not in str(error) else ""


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
