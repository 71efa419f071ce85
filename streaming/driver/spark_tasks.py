"""The one place where records go to executors and numbers come back."""

from pyspark.sql import DataFrame

from streaming.task import executor
from streaming.task.context import BatchContext
from streaming.task.task_report import TaskReport, decode


def run_tasks(records: DataFrame, context: BatchContext) -> list[TaskReport]:
    """Merge the records of a micro-batch, one task per topic-partition."""
    rows = records.mapInArrow(executor.task(context), executor.RESULT_SCHEMA).collect()
    return [decode(bytes(row.report)) for row in rows]
