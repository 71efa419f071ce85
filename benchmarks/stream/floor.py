"""Contender (c): what no design on these parts can undercut.

Spark reads and counts the topic in the same micro-batches, and nothing else; and the documents
that a micro-batch touches are replaced in bulk, behind their revision, by as many processes as
the job has tasks, and nothing else. The floor is the sum of both.
"""

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from time import perf_counter

from pymongo import MongoClient, ReplaceOne

from benchmarks.stream.workload import Workload, customer_id
from shared.adapters.mongo.collections import CUSTOMERS
from shared.documents import Document

_CHUNK = 10_000


def read_s(servers: str, workload: Workload, folder: Path) -> float:
    """Seconds per micro-batch in which Spark only reads and counts, the first one left out."""
    arguments = [servers, workload.topic, str(workload.block_events), str(folder / "checkpoint-count")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stream.spark_count", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    ends: list[float] = [batch["ended_at"] for batch in json.loads(done.stdout.splitlines()[-1])]
    return mean(later - earlier for earlier, later in pairwise(ends))


def replace_s(uri: str, database: str, workload: Workload, rounds: int = 3) -> float:
    """Seconds to replace the documents of as many customers as a micro-batch touches, as they stand now."""
    with ProcessPoolExecutor(workload.partitions, mp_context=get_context("spawn")) as pool:
        share = workload.touched // workload.partitions
        parts = [range(p * share, (p + 1) * share) for p in range(workload.partitions)]
        elapsed = [
            max(pool.map(_replace, [uri] * len(parts), [database] * len(parts), parts)) for _ in range(rounds)
        ]
    return min(elapsed)


def _replace(uri: str, database: str, numbers: range) -> float:
    with MongoClient[Document](uri, w="majority", journal=True) as client:
        customers = client[database][CUSTOMERS]
        wanted = {"_id": {"$in": [customer_id(number) for number in numbers]}}
        documents = list(customers.find(wanted))
        started = perf_counter()
        operations = [
            ReplaceOne({"_id": old["_id"], "rev": old["rev"]}, old | {"rev": old["rev"] + 1}, upsert=True)
            for old in documents
        ]
        for start in range(0, len(operations), _CHUNK):
            customers.bulk_write(operations[start : start + _CHUNK], ordered=False)
        return perf_counter() - started
