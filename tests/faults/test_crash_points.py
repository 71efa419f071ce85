"""A crash at every numbered point of the order of writes, and at others; afterwards nothing shows."""

import random
import signal
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import pytest
from pymongo import MongoClient

from tests.support.shop_recount import Expected
from tests.support.snapshot import Snapshot, check, check_counts, check_same, take
from tests.support.streams import (
    DEADLINE_S,
    KILLED,
    Child,
    Site,
    reclustering,
    run_stream,
    stream,
    wait_until,
)

Client = MongoClient[dict[str, Any]]
SEED = 20_111_209
FAILED = 1
TERMINATED = 128 + signal.SIGTERM


@pytest.fixture
def client(mongo_client: Client) -> Client:
    return mongo_client


def _check_nothing_shows(where: Site, client: Client, expected: Expected, undisturbed: Snapshot) -> None:
    after = take(client[where.settings.mongo.database])
    check(after)
    check_counts(after, expected)
    check_same(after, undisturbed)


def _n_batches(where: Site, client: Client) -> int:
    found = client[where.settings.mongo.database]["live_model"].find_one({}, {"counters.read": 1}) or {}
    return int(found.get("counters", {}).get("read", 0)) // where.settings.stream.max_offsets_per_trigger


def test_an_undisturbed_run_is_right(undisturbed: Snapshot, expected: Expected) -> None:
    check(undisturbed)
    check_counts(undisturbed, expected)


def test_crashes_at_named_points_leave_no_trace(
    chain: tuple[str, ...], crash_site: Site, client: Client, expected: Expected, undisturbed: Snapshot
) -> None:
    """Each start repairs what the crash before it has left, and dies at the next point."""
    with reclustering(crash_site):
        for point in chain:
            run_stream(crash_site, code=KILLED, RESEG_FAIL_AT=point)
        run_stream(crash_site)
    _check_nothing_shows(crash_site, client, expected, undisturbed)


def test_a_commit_that_was_lost_leaves_no_trace(
    crash_site: Site, client: Client, expected: Expected, undisturbed: Snapshot
) -> None:
    """What a crash between the last write and the commit leaves; the live model is marked clean."""
    with reclustering(crash_site):
        run_stream(crash_site)
        commit = _forget_last_commit(crash_site.checkpoint)
        with stream(crash_site) as child:
            child.until(commit.exists, "the last micro-batch, replayed")
            child.signal(signal.SIGTERM)
            assert child.wait() == TERMINATED, child.log
            assert "batch_applied" in child.log
    _check_nothing_shows(crash_site, client, expected, undisturbed)


def _forget_last_commit(checkpoint: Path) -> Path:
    (commits,) = checkpoint.glob("*/commits")
    last = max((file for file in commits.iterdir() if file.name.isdigit()), key=lambda file: int(file.name))
    last.unlink()
    (commits / f".{last.name}.crc").unlink(missing_ok=True)
    return last


def test_kills_at_random_moments_leave_no_trace(
    kills: int, crash_site: Site, client: Client, expected: Expected, undisturbed: Snapshot
) -> None:
    rng = random.Random(SEED)
    with reclustering(crash_site):
        for _ in range(kills):
            with stream(crash_site) as child:
                reached = _n_batches(crash_site, client) + (kills < 5)
                child.until(
                    lambda n=reached: "adopted" in child.log or _n_batches(crash_site, client) > n, "it"
                )
                moment = monotonic() + rng.uniform(0, 1.5)
                child.until(lambda at=moment: monotonic() >= at, "the moment")
                child.signal(signal.SIGKILL)
                assert child.wait() == KILLED
        run_stream(crash_site)
    _check_nothing_shows(crash_site, client, expected, undisturbed)


def test_a_killed_worker_fails_the_batch_and_the_next_start_repairs_it(
    crash_site: Site, client: Client, expected: Expected, undisturbed: Snapshot
) -> None:
    with reclustering(crash_site):
        with stream(crash_site) as child:
            child.until(lambda: _n_batches(crash_site, client) >= 2, "two micro-batches")
            wait_until(lambda: _kill_workers(child) and child.has_ended, "a worker in a task", DEADLINE_S)
            assert child.wait() == FAILED, child.log
            assert "nothing is lost" in child.log
        run_stream(crash_site)
    _check_nothing_shows(crash_site, client, expected, undisturbed)


def _kill_workers(child: Child) -> bool:
    """Kill those that run a task, or wait for one, which is no harm; their parent, the daemon, stays."""
    daemons = [process for process in child.tree() if _is_daemon(process)]
    pids = {process.pid for process in daemons}
    for process in daemons:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() in pids:
                process.kill()
    return True


def _is_daemon(process: psutil.Process) -> bool:
    try:
        return "pyspark.daemon" in process.cmdline()
    except psutil.NoSuchProcess:
        return False
