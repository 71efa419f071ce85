"""The batch job as a process of its own, whatever kills it."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batch.pipeline import JOB
from cli.failures import TERMINATED
from shared.adapters.mongo.collections import LEASES, RUNS
from shared.adapters.mongo.leases import acquire
from shared.adapters.mongo.models import load_champion
from shared.adapters.mongo.requests import file_request
from tests.support.requests import is_open
from tests.support.serving import Docs, serve_all
from tests.support.still_shop import AS_OF

RESEGMENT = str(Path(sys.executable).with_name("resegment"))
DEADLINE_S = 90.0
FAST = ["--set", "model.k_min=3", "--set", "model.k_max=3", "--set", "model.n_starts=1"]
FAST += ["--set", "report.write=false"]

DIE_IN = """
import os, sys
from batch import pipeline, promote, serve
from shared.adapters.mongo import connect
from shared.settings import ModelSettings, Settings

module, step = {"insert_model": promote, "promote": promote}.get(sys.argv[3], pipeline), sys.argv[3]
done = getattr(module, step)

def die(*arguments, **keywords):
    if sys.argv[4] == "after":
        done(*arguments, **keywords)
    os._exit(9)

setattr(module, step, die)
database = connect(sys.argv[1], sys.argv[2])
with serve.serving(database, Settings(model=ModelSettings(k_min=3, k_max=3, n_starts=1))) as server:
    server.serve()
"""


def environment(mongo_uri: str, database: Docs) -> dict[str, str]:
    return os.environ | {"RESEG_MONGO__URI": mongo_uri, "RESEG_MONGO__DATABASE": database.name}


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("explore", "after"),
        ("cluster", "after"),
        ("assemble", "after"),
        ("insert_model", "before"),
        ("insert_model", "after"),
        ("promote", "after"),
    ],
)
def test_a_killed_job_leaves_a_whole_model_or_none_and_the_next_serves_again(
    database: Docs, mongo_uri: str, step: str, when: str
) -> None:
    file_request(database, "bootstrap", "main", AS_OF, "500 customers")
    command = [sys.executable, "-c", DIE_IN, mongo_uri, database.name, step, when]
    assert subprocess.run(command, timeout=DEADLINE_S, check=False).returncode == 9
    assert is_open(database, "bootstrap:main")
    between = load_champion(database)
    assert (between is not None) == ((step, when) == ("promote", "after"))

    (served,) = serve_all(database)

    assert served.status == "done"
    assert not is_open(database, "bootstrap:main")
    assert load_champion(database) is not None
    killed = database[RUNS].find_one({"status": "failed"})
    assert killed is not None
    assert killed["reason"] == "the job was killed"


def test_once_prints_one_json_document_and_a_held_lease_exits_with_6(database: Docs, mongo_uri: str) -> None:
    command = [RESEGMENT, "recluster", "--once", "--json", *FAST]
    settings = environment(mongo_uri, database)

    first = subprocess.run(command, env=settings, capture_output=True, timeout=DEADLINE_S, check=False)
    acquire(database, JOB, holder="somebody else", ttl_s=600)
    second = subprocess.run(command, env=settings, capture_output=True, timeout=DEADLINE_S, check=False)

    assert first.returncode == 0, first.stderr.decode()
    assert json.loads(first.stdout)["decision"] == "promoted"
    assert second.returncode == 6
    assert b"somebody else" in second.stderr


def test_a_watching_process_serves_and_gives_its_lease_back_on_sigterm(
    database: Docs, mongo_uri: str
) -> None:
    command = [RESEGMENT, "recluster", "--watch", "--json", *FAST]
    file_request(database, "bootstrap", "main", AS_OF, "500 customers")
    with subprocess.Popen(
        command,
        env=environment(mongo_uri, database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            killer = threading.Timer(DEADLINE_S, process.kill)
            killer.start()
            served = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=DEADLINE_S)
            killer.cancel()
        finally:
            process.kill()

    assert (served["request_id"], served["status"]) == ("bootstrap:main", "done")
    assert code == TERMINATED
    lease = database[LEASES].find_one({"_id": JOB})
    assert lease is not None
    assert lease["expires_at"] == datetime(1970, 1, 1, tzinfo=UTC)
