"""Opening a page in headless Chromium and seeing what a reader would: looks, errors, and every request.

Speaks the DevTools protocol over a pipe, so nothing has to be installed beside the browser itself.
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
READY = "document.documentElement.dataset.ready === 'true'"
"""What the pages of `shared.reporting` say once every figure is drawn."""
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--hide-scrollbars",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-color-profile=srgb", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip


@dataclass(frozen=True)
class BrowserLog:
    """What happened when a page was opened.

    console_errors : errors of scripts, blocked content and failed loads. requests : every address but the
    page's own and what it carries ("data:", "blob:"). screenshot, pdf : the whole page; pdf if asked for.
    value : what `evaluate` gave.
    """

    console_errors: tuple[str, ...]
    requests: tuple[str, ...]
    screenshot: bytes
    pdf: bytes
    value: Any


def open_page(
    page: Path | str,
    *,
    width: int = 1280,
    height: int = 900,
    prefers: Literal["light", "dark"] = "light",
    ready: str = READY,
    evaluate: str = "null",
    as_pdf: bool = False,
    timeout_s: float = 120,
) -> BrowserLog:
    """Open a file or an address, wait until `ready` holds, evaluate a script and take a picture.

    The test is skipped where there is no browser; RESEG_REQUIRE_TIERS=browser makes that a failure.

    Raises
    ------
    TimeoutError : the page is not ready in time; with what the console said.
    """
    address = page if isinstance(page, str) else page.resolve().as_uri()
    with _browser(timeout_s) as tab:
        tab.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": prefers}])
        tab.ask("Page.navigate", url=address)
        tab.wait_until(ready)
        value = tab.evaluate(evaluate)
        shot = tab.ask("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        pdf = tab.ask("Page.printToPDF", printBackground=False)["data"] if as_pdf else ""
        return BrowserLog(
            tuple(tab.errors),
            tuple(
                url
                for url in tab.requests
                if url.split("?")[0].split("#")[0] != address.split("?")[0].split("#")[0]
            ),
            b64decode(shot["data"]),
            b64decode(pdf),
            value,
        )


@contextmanager
def _browser(timeout_s: float) -> "Iterator[_Tab]":
    binary = next((found for name in NAMES if (found := shutil.which(name))), None)
    if binary is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the path; install chromium")
    to_browser, from_browser = os.pipe(), os.pipe()

    def as_3_and_4() -> None:
        ours = os.dup(to_browser[0]), os.dup(from_browser[1])
        os.dup2(ours[0], 3)
        os.dup2(ours[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [binary, f"--user-data-dir={profile}", *FLAGS],
            preexec_fn=as_3_and_4,  # noqa: PLW1509 - the protocol is spoken on these two
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser[0])
        os.close(from_browser[1])
        try:
            with _Tab(to_browser[1], from_browser[0], time.monotonic() + timeout_s) as tab:
                yield tab
        finally:
            try:
                process.wait(10)  # it ends by itself when the pipe is closed
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


class _Tab:
    """One page; asks and listens until its deadline."""

    def __init__(self, write_to: int, read_from: int, deadline: float) -> None:
        self._out, self._in, self._deadline = write_to, read_from, deadline
        self._last_id, self._unread, self._session = 0, b"", ""
        self.errors: list[str] = []
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.close(self._in)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer to one command; what happens meanwhile is noted."""
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression; a promise is awaited."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{script}: {_described(found['exceptionDetails'])}")
        return found["result"].get("value")

    def wait_until(self, condition: str) -> None:
        """Ask again and again, at most until the deadline."""
        while not self.evaluate(f"document.body !== null && ({condition})"):
            time.sleep(0.05)
            self._remaining()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._in], [], [], self._remaining())
            if ready:
                part = os.read(self._in, 1 << 20)
                if not part:
                    raise RuntimeError(f"the browser ended; it had said: {self.errors}")
                self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed

    def _remaining(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"the page was not ready in time; console: {self.errors}")
        return left

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "assert"}:
                self.errors.append(
                    " ".join(str(arg.get("value", arg.get("description"))) for arg in params["args"])
                )
            case "Runtime.exceptionThrown":
                self.errors.append(_described(params["exceptionDetails"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}".strip())
            case "Network.requestWillBeSent" if not params["request"]["url"].startswith(("data:", "blob:")):
                self.requests.append(params["request"]["url"])
            case _:
                pass


def _described(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description", details["text"]))
