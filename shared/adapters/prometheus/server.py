"""The endpoint that Prometheus scrapes."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.registry import Collector

from shared.errors import InvalidConfig


@contextmanager
def serving(collector: Collector, host: str, port: int) -> Iterator[int]:
    """Answer scrapes at /metrics until the context ends; gives the port.

    Raises
    ------
    InvalidConfig : nobody can listen there.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        msg = f"metrics should listen on {host}:{port}; got {error.strerror}; choose another metrics port"
        raise InvalidConfig(msg) from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
