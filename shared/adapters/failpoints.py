"""Named points at which a test can crash the whole job, as a power cut would.

Armed only by RESEG_FAIL_AT in the environment (`name` or `name:3` for the third time there);
otherwise a call costs one look-up. The driver writes its pid into the environment, so that a
point on an executor takes the driver and its JVM down as well.
"""

import os
import signal
from collections import Counter

import psutil

ARMED = "RESEG_FAIL_AT"
DRIVER = "RESEG_DRIVER_PID"

POINTS = (
    "pending_written",
    "documents_rewritten",
    "rejected_written",
    "customers_written",
    "transitions_written",
    "before_live_model",
    "live_model_written",
    "metrics_written",
    "before_commit",
)

BATCH_POINTS = (
    "run_begun",
    "challenger_decided",
    "model_inserted",
    "pointer_moved",
    "before_run_record",
    "run_recorded",
)
"""Those of the batch job; POINTS are the stream's. The job that delivers alerts has one, `alert_taken`."""

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Crash here if this point is armed."""
    armed = os.environ.get(ARMED)
    if armed is None:
        return
    wanted, _, times = armed.partition(":")
    if wanted == name:
        _passed[name] += 1
        if _passed[name] >= int(times or 1):
            _crash()


def _crash() -> None:
    """Kill the driver, everything it started, and this process."""
    driver = psutil.Process(int(os.environ.get(DRIVER, os.getpid())))
    for process in (driver, *driver.children(recursive=True)):
        if process.pid != os.getpid():
            process.send_signal(signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
