"""Each job's own session, in a process of its own: two in one process would share the first one's options."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.adapters.spark import REDACTED

DEADLINE_S = 120

STREAM = """
from shared.adapters.jars.sets import spark_connector_jars
from streaming.driver.kafka_source import start_spark
spark = start_spark(Settings(), spark_connector_jars(), Path("checkpoint"))
show(spark)
spark.stop()
"""
LARGE_RECLUSTERING = """
from batch.spark.session import spark_session
with spark_session(Settings()) as spark:
    show(spark)
"""
STUDIES = """
from batch.studies.framework.study_spark import shared_spark
with shared_spark() as session:
    show(session())
"""
BEGIN = """
import json
from pathlib import Path
from shared.settings import Settings

def show(spark):
    rows = spark.range(3).toPandas()["id"].tolist()
    print(json.dumps(dict(spark.sparkContext.getConf().getAll()) | {"rows": rows}))
"""


@pytest.mark.parametrize("job", [STREAM, LARGE_RECLUSTERING, STUDIES], ids=["stream", "large", "studies"])
def test_a_session_opens_no_port_to_others_redacts_secrets_and_warns_of_nothing(
    job: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", BEGIN + job]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    options = json.loads(done.stdout)

    assert options["rows"] == [0, 1, 2]
    assert options["spark.redaction.regex"] == REDACTED
    assert options["spark.driver.bindAddress"] == options["spark.driver.host"] == "127.0.0.1"
    assert options["spark.ui.enabled"] == "false"
    assert " WARN " not in done.stderr


def test_a_spark_that_does_not_start_says_so_in_a_line_and_where_the_rest_is(tmp_path: Path) -> None:
    script = """
from shared.adapters.spark import start_local_spark
start_local_spark("resegment-tiny", cores=1, driver_memory="1k")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]

    assert "SparkNotStarted: Spark should start; it did not: Too small maximum heap" in last
    assert "resegment-tiny.log" in last
    assert "heap" in (tmp_path / ".local/spark/resegment-tiny.log").read_text("utf-8")
    assert done.stdout == ""
