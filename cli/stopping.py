"""Work that goes on until it is told to stop."""

import signal
import threading


def stopped_by(*numbers: signal.Signals) -> threading.Event:
    """Give an event that these signals set: what is in hand is finished, not thrown away half done."""
    stop = threading.Event()
    for number in numbers:
        signal.signal(number, lambda _signum, _frame: stop.set())
    return stop
