"""Install complete lists of pinned requirements into the environment that runs this.

    python -m deploy.setup build runtime --project

A list of `requirements/` names every package with its hashes, so pip resolves nothing: whatever has been
released since, an old pip and a new one come to the same.
"""

import argparse
import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.setup.pip_process import Failed, Pip, normal, shown
from deploy.setup.settings import pip_environment
from shared.progress import say, show

PROJECT = Path(__file__).parents[2]
LISTS = PROJECT / "requirements"


def arguments_for(pins: Path) -> list[str]:
    """Return what makes pip install a list, and only that.

    pyspark comes as source: it is built with the pinned setuptools, not with whatever is newest that day.
    """
    flags = ["--no-deps", "--require-hashes", "--use-pep517", "--no-build-isolation"]
    return ["install", "--progress-bar=off", *flags, "--requirement", str(pins)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Install what is asked for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.setup", description=str(__doc__).partition("\n")[0]
    )
    parser.add_argument("lists", nargs="+", metavar="LIST", help="of requirements/, without .txt")
    parser.add_argument("--project", action="store_true", help="then this project itself, editable")
    parser.add_argument(
        "--apart", nargs="+", default=[], metavar="LIST", help="each into a folder of its own"
    )
    args = parser.parse_args(arguments)
    try:
        with _alone():
            install(args.lists, args.apart, project=args.project)
    except Failed as failed:
        say(str(failed))
        return 1
    except KeyboardInterrupt:
        show("")
        say("interrupted: the same command goes on from here")
        return 130
    return 0


def install(names: Sequence[str], apart: Sequence[str], *, project: bool) -> None:
    """Install lists, those `apart` each into a folder below the environment, and have pip check the result.

    Raises
    ------
    Failed : pip ended with an error, or what was installed does not fit together.
    """
    began = time.monotonic()
    lists = [LISTS / f"{name}.txt" for name in names]
    folders = {LISTS / "apart" / f"{name}.txt": Path(sys.prefix, "apart", name) for name in apart}
    n_pins = sum(len(pinned(pins)) for pins in (*lists, *folders))
    ours = {name for pins in lists for name in pinned(pins)}
    drop_half_installed(Path(sysconfig.get_path("purelib")), ours)
    with Path(sys.prefix, "install.log").open("w", 1, "utf-8") as log:
        say(f"installing {n_pins} pinned packages; pip's own words are in {shown(log.name)}")
        pip = Pip(sys.executable, _environment(), log, n_pins)
        for pins in lists:
            pip.run(arguments_for(pins))
        for pins, folder in folders.items():
            shutil.rmtree(folder, ignore_errors=True)
            pip.run([*arguments_for(pins), f"--target={folder}"])
        if project:
            pip.run(["install", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT)])
        pip.check(ours | {"resegment"})
    say(f"installed and checked in {time.monotonic() - began:.0f} s")


def pinned(pins: Path) -> list[str]:
    """Return the names in a list, one for each entry: a package may have one for each Python."""
    names = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", pins.read_text("utf-8"), re.M)
    return [normal(name) for name in names]


def drop_half_installed(packages: Path, names: set[str]) -> None:
    """Forget what an interruption left half unpacked, so that pip installs it again.

    pip takes a package for installed from its first file on, and writes INSTALLER among the last.
    """
    for record in packages.glob("*.dist-info"):
        if normal(record.name.partition("-")[0]) in names and not (record / "INSTALLER").exists():
            shutil.rmtree(record)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another command installs into the same environment."""
    with Path(sys.prefix, "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment() -> dict[str, str]:
    try:
        return pip_environment(sys.executable, os.environ)
    except subprocess.CalledProcessError as error:
        msg = (
            f"the installation failed: pip cannot read its settings\n  {error.stderr.strip()}\n"
            "next: mend the file it names, or leave it out: PIP_CONFIG_FILE=/dev/null before the same command"
        )
        raise Failed(msg) from error


if __name__ == "__main__":
    sys.exit(main())
