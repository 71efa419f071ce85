"""The command's frame: what it imports, how it refuses, and what it returns."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from cli import main as command
from cli.failures import Terminated
from shared.errors import (
    InvalidConfig,
    LeaseHeld,
    ModelNotFound,
    ReclusteringError,
    SchemaMismatch,
    ServiceUnavailable,
    StartRefused,
)

ENTRY = "from cli.main import entry; entry()"
HEAVY = (
    "kafka numba numpy pandas pyarrow pydantic pydantic_settings pymongo pyspark rich scipy sklearn structlog"
)
VERBS = (
    "demo services init try replay stream recluster status segments model report customer drift alerts "
    "metrics verify export study cluster generate doctor config"
)


def raising(error: BaseException) -> Callable[..., int]:
    def run(args: object) -> int:
        raise error

    return run


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., int]], None]:
    """Give a function that makes `resegment tried` run what it is given."""

    def install(run: Callable[..., int]) -> None:
        module = ModuleType("tried")
        module.register = lambda verbs: verbs.add_parser("tried").set_defaults(run=run)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "cli.tried", module)
        monkeypatch.setattr(command, "MODULES", {"tried": "tried"})

    return install


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(flag: str) -> None:
    program = (
        "import sys\nfrom cli.main import main\n"
        f"try:\n    main([{flag!r}])\nexcept SystemExit as end:\n    code = end.code\n"
        f"print('HEAVY', [name for name in {HEAVY.split()!r} if name in sys.modules], code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == "HEAVY [] 0"


def test_a_verb_imports_no_other_verb() -> None:
    program = (
        "import sys\nfrom cli.main import MODULES, main\n"
        "try:\n    main(['status', '--help'])\nexcept SystemExit:\n    pass\n"
        "print('VERBS', [verb for verb, name in MODULES.items() if f'cli.{name}' in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == "VERBS ['status']"


def test_every_verb_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--help"])

    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert [verb for verb in VERBS.split() if not re.search(rf"^    {verb}\b", shown, re.MULTILINE)] == []


def test_nothing_to_do_shows_the_help_and_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 2
    assert "resegment demo" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["statsu"], "did you mean 'status'?"),
        (["config", "shwo"], "did you mean 'show'?"),
        (["xyzzy"], "there are "),
        (["--config", "a.toml", "status"], "flags come after it: resegment VERB --config"),
        (["status", "--jsn"], "unrecognized arguments: --jsn"),
        (["export", "customers"], "--out"),
    ],
)
def test_a_wrong_command_line_exits_with_2_and_a_hint(
    argv: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(argv)

    assert end.value.code == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ReclusteringError("x"), 1),
        (SchemaMismatch("x"), 1),
        (RuntimeError("x"), 1),
        (InvalidConfig("x"), 2),
        (StartRefused("x"), 2),
        (ServiceUnavailable("x"), 3),
        (LeaseHeld("x"), 6),
        (KeyboardInterrupt(), 130),
        (Terminated(), 143),
    ],
)
def test_what_ends_a_verb_decides_the_exit_code(
    verb: Callable[[Callable[..., int]], None],
    error: BaseException,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    verb(raising(error))

    assert command.main(["tried"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("resegment tried: ")
    assert len(shown.err.splitlines()) <= 3


def test_a_drivers_connection_error_exits_with_3(verb: Callable[[Callable[..., int]], None]) -> None:
    verb(raising(ServerSelectionTimeoutError("nobody there")))

    assert command.main(["tried"]) == 3


def test_an_unexpected_error_shows_its_traceback_only_with_debug(
    verb: Callable[[Callable[..., int]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(raising(RuntimeError("mongodb://me:canary@host/ broke\nsecond line")))

    command.main(["tried"])
    short = capsys.readouterr().err
    command.main(["tried", "--debug"])
    long = capsys.readouterr().err

    assert "run again with --debug" in short
    assert "Traceback" not in short
    assert "Traceback" in long
    assert "canary" not in short + long


def test_the_cause_of_a_failure_is_named(
    verb: Callable[[Callable[..., int]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    error = ServiceUnavailable("Kafka did not start; see its log")
    error.__cause__ = OSError("port is taken")
    verb(raising(error))

    command.main(["tried"])

    assert capsys.readouterr().err.splitlines() == [
        "resegment tried: Kafka did not start",
        "  why: port is taken",
        "  next: see its log",
    ]


@pytest.mark.parametrize(
    "kind",
    [
        ReclusteringError,
        InvalidConfig,
        StartRefused,
        ServiceUnavailable,
        LeaseHeld,
        SchemaMismatch,
        ModelNotFound,
    ],
)
@pytest.mark.parametrize(
    "message", ["a", "a; do c", "a; b; do c", "a; b; and b; do c", "a\nover lines; do c"]
)
def test_an_expected_refusal_has_three_lines(
    kind: type[ReclusteringError],
    message: str,
    verb: Callable[[Callable[..., int]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    verb(raising(kind(message)))

    command.main(["tried"])

    what, why, step = capsys.readouterr().err.splitlines()
    assert what.startswith("resegment tried: a")
    assert why.startswith("  why: ")
    assert step.startswith("  next: ")
    assert "{" not in step
    if "; " in message:
        assert step == "  next: do c"


def test_a_reader_that_leaves_early_is_no_failure(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        done = subprocess.run(
            [sys.executable, "-c", ENTRY, "config", "show"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_unwinds_the_verb_and_exits_with_its_code(number: signal.Signals, code: int) -> None:
    program = """
import sys, threading, types
from cli import main
def run(args):
    try:
        print("ready", flush=True)
        threading.Event().wait(60)
    finally:
        print("released", flush=True)
verb = types.ModuleType("tried")
verb.register = lambda verbs: verbs.add_parser("tried").set_defaults(run=run)
sys.modules["cli.tried"] = verb
main.MODULES = {"tried": "tried"}
sys.argv = ["resegment", "tried"]
main.entry()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)

    assert (process.returncode, stdout) == (code, "released\n")
    assert len(stderr.splitlines()) == 1
