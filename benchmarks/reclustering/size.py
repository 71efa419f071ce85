"""A re-clustering of very many customers: with Spark, and in one process beside it.

Both are `resegment recluster --once` on the same database, each in a process of its own whose memory is
watched together with that of its children.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
from pymongo.database import Database

from benchmarks.measured_rows import Bound, Row
from deploy.local.local_services import start_embedded
from shared.adapters.mongo import connect
from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, MODELS, ensure
from shared.adapters.mongo.schemas import CUSTOMER_KEYS
from shared.documents import Document

FOLDER = Path(".local/bench-size")
AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
MAX_GIB = 12.0
SECTION = "Many customers"
_CHUNK = 20_000
_LOOK_S = 0.2


def size_rows(n: int, seed: int, folder: Path = FOLDER) -> list[Row]:
    """Cluster n synthetic customers with both engines; minutes for a million."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with start_embedded(folder / "services", say=_say) as services:
        database = connect(services.mongo_uri, "bench_size")
        ensure(database)
        _say(f"writing {n:,} customers")
        for chunk in _customers(n, seed):
            database[CUSTOMERS].insert_many(chunk, ordered=False)
        database[LIVE_MODEL].insert_one(_live_model(n))
        rows = []
        for engine, limit in (("Spark", 1), ("one process", n)):
            _say(f"re-clustering, {engine}")
            rows += _rows(engine, n, *_run(services.mongo_uri, database.name, limit, folder))
        return rows + _agreement(database, n)


def _run(uri: str, database: str, limit: int, folder: Path) -> tuple[float, float, Document]:
    """Return seconds, the largest memory in GiB, and what the command printed."""
    command = [sys.executable, "-m", "cli", "recluster", "--once", "--force", "--json"]
    command += ["--set", f"model.in_process_customers={limit}", "--set", "report.write=false"]
    environment = os.environ | {"RESEG_MONGO__URI": uri, "RESEG_MONGO__DATABASE": database}
    start = perf_counter()
    with (folder / "recluster.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        largest, done = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, largest, done))
        watcher.start()
        printed, _ = process.communicate()
        done.set()
        watcher.join()
    served: Document = json.loads(printed)
    assert served["status"] == "done", served["reason"]
    return perf_counter() - start, largest[0], served


def _watch(pid: int, largest: list[float], done: threading.Event) -> None:
    root = psutil.Process(pid)
    while not done.wait(_LOOK_S):
        resident = 0
        for process in _family(root):
            try:
                resident += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        largest[0] = max(largest[0], resident / 2**30)


def _family(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _rows(engine: str, n: int, seconds: float, memory: float, served: Document) -> list[Row]:
    data, target = _data(n), Bound("<=", MAX_GIB) if engine == "Spark" else None
    taken: dict[str, float] = served["metrics"]["steps_s"]
    steps = ", ".join(f"{name} {value:.1f}" for name, value in taken.items() if value > 1)
    return [
        Row(SECTION, data, engine, "whole command", "seconds", seconds, note=steps),
        Row(SECTION, data, engine, "whole command", "GiB at most", memory, target),
    ]


def _agreement(database: Database[Document], n: int) -> list[Row]:
    """Compare the two models: the part of the error by which Spark's is larger."""
    spark, process = database[MODELS].find(sort=[("_id", 1)])
    excess = spark["quantization_error"] / process["quantization_error"] - 1
    case = f"k={spark['k']} beside k={process['k']}"
    return [Row(SECTION, _data(n), "Spark", case, "quantization error above, part", excess)]


def _data(n: int) -> str:
    return f"{n:,} synthetic customers"


def _customers(n: int, seed: int) -> Iterator[list[Document]]:
    """Draw buyers: many who came once or twice, fewer who come often, heavy-tailed baskets."""
    rng = np.random.default_rng(seed)
    empty: Document = dict.fromkeys(CUSTOMER_KEYS)
    for first in range(0, n, _CHUNK):
        size = min(_CHUNK, n - first)
        often = rng.random(size) < 0.3
        frequency = 1 + rng.poisson(np.where(often, 12.0, 0.7))
        recency = np.minimum(rng.exponential(np.where(often, 25.0, 120.0)), 370.0)
        spend = frequency * rng.lognormal(np.where(often, 5.5, 4.5), 0.7)
        yield [
            empty | _customer(first + at, *row)
            for at, row in enumerate(zip(recency.tolist(), frequency.tolist(), spend.tolist(), strict=True))
        ]


def _customer(number: int, recency_days: float, frequency: int, spend: float) -> Document:
    last, minor = AS_OF - timedelta(days=recency_days), round(spend * 10_000)
    first = last - timedelta(days=9 * (frequency - 1))
    document: Document = {"_id": f"c{number:08}", "frequency": frequency, "monetary_minor": minor}
    document |= {"monetary": minor / 10_000, "first_purchase_at": first, "last_purchase_at": last}
    return document | {"status": "unassigned", "rev": 1, "fence": [], "deleted": False}


def _live_model(n: int) -> Document:
    names = "read applied duplicate late unattributed unattributed_minor rejected"
    document: Document = {"_id": "main", "rev": 1, "lease_epoch": 1, "clean": True, "fence_epoch": 0}
    document |= {"topic": {"name": "t", "id": "i", "partitions": 1}, "offsets": [], "clocks": []}
    document |= {
        "counters": dict.fromkeys(names.split(), 0),
        "rejected_codes": [],
        "customers": n,
        "clusterable": n,
    }
    rules = {"zone": "UTC", "min_customers": 3, "max_jump_days": 31, "history_days": 400}
    document |= {"day_rules": {**rules, "is_recountable": True}}
    document |= dict.fromkeys(("model_version", "model_epoch", "pending", "kmeans", "som", "batch"))
    document |= {"as_of": AS_OF, "first_event_at": AS_OF - timedelta(days=500), "newest_event_at": AS_OF}
    return document | {"days": [], "population": None, "names": []}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
