"""A signal ends a command, whatever holds it up, and what the command has started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
START = """
import subprocess, sys, threading, time
from cli import ending
ending.end_on_sigterm()
ending.force_end_after(0.2)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
"""
HANGS = {
    "an exception that is swallowed": """
while True:
    try:
        print(child.pid, flush=True)
        time.sleep(600)
    except BaseException:
        pass
""",
    "a thread that waits for a lock that nobody gives back": """
lost = threading.Lock()
lost.acquire()
threading.Thread(target=lost.acquire).start()
try:
    print(child.pid, flush=True)
    time.sleep(600)
finally:
    lost.acquire()
""",
    "an interpreter that waits for a thread at its end": """
threading.Thread(target=time.sleep, args=(600,)).start()
print(child.pid, flush=True)
time.sleep(600)
""",
}


def _started(program: str) -> tuple["subprocess.Popen[str]", psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout
    return process, psutil.Process(int(process.stdout.readline()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("hang", HANGS)
def test_what_hangs_after_a_signal_is_ended_with_its_children(hang: str, number: signal.Signals) -> None:
    process, child = _started(START + HANGS[hang])
    with process:
        process.send_signal(number)
        assert process.wait(60) == 128 + number
    _, alive = psutil.wait_procs([child], timeout=60)
    assert not alive


def test_a_verb_with_an_answer_of_its_own_is_left_to_it() -> None:
    program = (
        START
        + """
import os, signal
print(child.pid, flush=True)
heard = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: heard.set())
os.kill(os.getpid(), signal.SIGTERM)
heard.wait()
threading.Event().wait(1)  # five times as long as the force would wait
child.kill()
sys.exit(7)
"""
    )
    process, _ = _started(program)
    with process:
        assert process.wait(60) == 7
