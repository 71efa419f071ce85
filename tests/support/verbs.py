"""A verb that was run: in this process, or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str


Resegment = Callable[..., Done]


def document(done: Done) -> Any:
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


def own_process(folder: Path, *arguments: str, **settings: str) -> Done:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESEG_")}
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import entry; entry()", *arguments],
        cwd=folder,
        env=inherited | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
