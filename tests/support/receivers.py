"""Receivers of alerts that keep what they get and fail when told to: over HTTP, and a mail server."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request that was answered with `status`."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are given one after the other, then 200 for ever; `down` closes connections unanswered."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    is_down: bool = False

    @property
    def taken(self) -> list[Received]:
        """What was answered with a 2xx."""
        return [request for request in self.requests if 200 <= request.status < 300]

    @property
    def changes(self) -> list[tuple[str, int, str]]:
        """Key, number and status of every change that was taken, in order."""
        return [(r.json["key"], r.json["seq"], r.json["status"]) for r in self.taken]


@contextmanager
def http_receiver(port: int = 0) -> Iterator[Receiver]:
    """Listen on a loopback port, 0 for a free one, until the context ends: then nobody answers there."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.is_down:
                self.close_connection = True
                return
            status = receiver.answers.pop(0) if receiver.answers else 200
            receiver.requests.append(Received(self.path, dict(self.headers), body, status))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing: pytest shows what matters."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", port), Handler)) as bound:
        receiver.url = f"http://127.0.0.1:{bound}/hook"
        yield receiver


@dataclass
class MailServer:
    """Mails as they came, and the reply to the next RCPT or DATA; `login` is what AUTH PLAIN said."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    login: str = ""
    reply_to_rcpt: str = "250 ok"
    reply_to_auth: str = "235 welcome"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Speak as much SMTP as one mail needs, without encryption."""
    server = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 double")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                if line.upper() == "DATA":
                    self._say("354 go on")
                    server.mails.append(self._read_mail())
                    self._say("250 taken")
                elif line.upper() == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say(self._answer(line))

        def _answer(self, line: str) -> str:
            if line.upper().startswith("EHLO"):
                return "250-double\r\n250 AUTH PLAIN"
            if line.upper().startswith("AUTH"):
                server.login = line
                return server.reply_to_auth
            return server.reply_to_rcpt if line.upper().startswith("RCPT") else "250 ok"

        def _read_mail(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        server.port = port
        yield server


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
