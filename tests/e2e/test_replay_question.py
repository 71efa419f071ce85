"""A person at a terminal is asked before doubtful rows are sent; where nobody can answer, replay goes on."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

DOUBTFUL = "customer,date,amount\n" + "".join(f"{name},2024-01-02,5.00\n" for name in ("007", "7", "8"))
REPLAY = [sys.executable, "-m", "cli", "replay"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(DOUBTFUL)
    return path


@pytest.fixture
def without_services(tmp_path: Path) -> dict[str, str]:
    """Nobody's Kafka: what comes after the question is a refusal."""
    return os.environ | {"RESEG_SERVICES__FOLDER": str(tmp_path / "services"), "PYTHONPATH": str(Path.cwd())}


def answered(command: list[str], answer: bytes, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command with a terminal as its input and its error output, and type `answer`."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb+", buffering=0) as terminal:
        child = subprocess.Popen(
            command, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
        )
        os.close(theirs)
        terminal.write(answer)
        child.communicate(timeout=60)
        said = b""
        try:
            while chunk := terminal.read(4096):
                said += chunk
        except OSError:  # how a terminal whose other end is closed says that it is over
            pass
    return child.returncode, said.decode()


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"no\n"])
def test_who_does_not_say_yes_sends_nothing(
    file: Path, without_services: dict[str, str], answer: bytes
) -> None:
    code, said = answered([*REPLAY, str(file)], answer, without_services)

    assert code == 2
    assert "send it all the same?" in said
    assert "nothing was sent" in said


@pytest.mark.parametrize(("answer", "flags"), [(b"y\n", []), (b"", ["--yes"])])
def test_who_says_yes_goes_on(
    file: Path, without_services: dict[str, str], answer: bytes, flags: list[str]
) -> None:
    code, said = answered([*REPLAY, str(file), *flags], answer, without_services)

    assert code == 3
    assert "Kafka: no address" in said
    assert ("send it all the same?" in said) == (not flags)


def test_without_a_terminal_nobody_is_asked(file: Path, without_services: dict[str, str]) -> None:
    done = subprocess.run(
        [*REPLAY, str(file)],
        env=without_services,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3
    assert "[zero_padded_ids]" in done.stdout
    assert "send it all the same?" not in done.stderr
