"""The notebook of a study: its script with the data filled in, executed, and kept as a pair.

The kernel is the running interpreter, whatever kernels the machine has. It listens on files in a private
folder, not on ports, and reads no start-up file of the user's.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import jupytext
import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from batch.studies.reading import DataFile
from shared.errors import ReclusteringError

if TYPE_CHECKING:
    from subprocess import Popen

    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CELL_TIMEOUT_S = 300
_FORMATS = {"jupytext": {"formats": "ipynb,py:percent"}}


class NotebookFailed(ReclusteringError):
    """A cell raised: the report is complete, its notebook is not."""


class _ThisInterpreter(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python", name=kernel_name)


def write_notebook(
    name: str, data: DataFile, folder: Path, parameters: Mapping[str, object] = MappingProxyType({})
) -> None:
    """Write notebook.py and, executed, notebook.ipynb.

    Parameters
    ----------
    name : module of `batch.studies.notebooks`; its cell tagged `parameters` is replaced.
    parameters : what else that cell sets, by name.

    Raises
    ------
    NotebookFailed : a cell raised; the notebook is written as far as it came.
    """
    notebook = jupytext.reads(script(name), fmt="py:percent")
    _fill_in(notebook, data, folder, parameters)
    notebook.metadata.update(_FORMATS)
    (folder / "notebook.py").write_text(jupytext.writes(notebook, fmt="py:percent"), encoding="utf-8")
    try:
        _execute(notebook, folder)
    except CellExecutionError as error:
        msg = (
            f"{folder / 'notebook.ipynb'} stopped: {error.ename}: {error.evalue}; the report beside it is "
            "complete, the notebook shows the cell"
        )
        raise NotebookFailed(msg) from error
    finally:
        jupytext.write(notebook, folder / "notebook.ipynb", fmt="ipynb")


def script(name: str) -> str:
    """Return the script that a notebook is made from."""
    return (files("batch.studies.notebooks") / f"{name}.py").read_text(encoding="utf-8")


def _fill_in(notebook: NotebookNode, data: DataFile, folder: Path, parameters: Mapping[str, object]) -> None:
    """Name the data as seen from the notebook's folder, where they are below it."""
    path = data.path.resolve()
    shown = path.relative_to(folder.resolve()) if path.is_relative_to(folder.resolve()) else path
    said = (
        "encoding",
        "separator",
        "decimal",
        "time_format",
        "accepted",
        "zone",
        "constants",
        "placeholders",
    )
    told = "".join(f"    {name}={value!r},\n" for name in said if (value := getattr(data, name)))
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ()))
    cell.source = f"DATA = DataFile(\n    Path({str(shown)!r}),\n    columns={dict(data.columns)!r},\n{told})"
    cell.source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())


def _execute(notebook: NotebookNode, folder: Path) -> None:
    """Run every cell in a thread of its own, where the client leaves Ctrl-C to us.

    Whatever ends the wait ends the kernel; nobody waits for the thread, which may hang with it.
    """
    with _kernel(folder) as manager:
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=CELL_TIMEOUT_S,
            resources={"metadata": {"path": str(folder)}},
        )
        done: Future[None] = Future()
        Thread(target=_run_cells, args=(client, done), name="notebook", daemon=True).start()
        done.result()


def _run_cells(client: NotebookClient, done: "Future[None]") -> None:
    try:
        client.execute(cleanup_kc=True)
    except Exception as error:  # whoever waits raises it
        done.set_exception(error)
    else:
        done.set_result(None)


@contextmanager
def _kernel(folder: Path) -> Iterator[KernelManager]:
    """Give a running kernel; its process is killed directly: its manager would log, and may wait for that."""
    with tempfile.TemporaryDirectory(prefix="resegment-notebook-") as scratch:
        manager = KernelManager(
            kernel_spec_manager=_ThisInterpreter(),
            connection_file=f"{scratch}/kernel.json",
            transport="ipc",
            ip=f"{scratch}/kernel",
        )
        manager.start_kernel(cwd=str(folder), env=os.environ | {"IPYTHONDIR": scratch})
        try:
            yield manager
        finally:
            _kill(cast("LocalProvisioner", manager.provisioner).process)


def _kill(kernel: "Popen[bytes] | None") -> None:
    """End a kernel and what it has started: a notebook may have a Java of its own."""
    if kernel is None:
        return
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(kernel.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
    kernel.kill()
    kernel.wait()
