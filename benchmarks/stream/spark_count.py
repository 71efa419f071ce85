"""Spark reading and counting a topic in micro-batches: a child process of `floor`.

Arguments: servers, topic, events per micro-batch, checkpoint. Prints one JSON list on stdout.
"""

import json
import sys
from pathlib import Path
from time import time

from pyspark.sql import DataFrame

from shared.adapters.jars.sets import spark_connector_jars
from shared.settings import Settings
from streaming.driver.kafka_source import start_spark


def main(servers: str, topic: str, batch_events: str, checkpoint: str) -> None:
    batches: list[dict[str, float]] = []

    def count(records: DataFrame, _batch_id: int) -> None:
        rows = records.count()
        batches.append({"rows": rows, "ended_at": time()})

    spark = start_spark(Settings(), spark_connector_jars(), Path(checkpoint))
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", servers)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", batch_events)
        .load()
    )
    writer = records.writeStream.option("checkpointLocation", checkpoint).trigger(availableNow=True)
    writer.foreachBatch(count).start().awaitTermination()
    spark.stop()
    print(json.dumps(batches))


if __name__ == "__main__":
    main(*sys.argv[1:])
