"""What is said of a query that failed."""

import pytest

from shared import errors
from streaming.driver.query import reason_of

OURS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__
]
SPARK = """[STREAM_FAILED] Query [id = 1] terminated with exception: Job aborted due to stage failure:
org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "task.py", line 1, in run
{module}{name}: no such thing; go on

\tat org.apache.spark.sql.execution.python.BasePythonRunner$ReaderIterator.handlePythonException
"""


@pytest.mark.parametrize("kind", OURS)
def test_every_error_of_ours_is_found_in_a_traceback_of_spark(kind: type[Exception]) -> None:
    text = SPARK.format(module="shared.errors.", name=kind.__name__)

    assert reason_of(text) == f"shared.errors.{kind.__name__}: no such thing; go on"


@pytest.mark.parametrize(
    "name", ["ValueError", "java.lang.StackOverflowError", "pymongo.errors.BulkWriteError"]
)
def test_errors_of_others_are_found_too(name: str) -> None:
    assert reason_of(SPARK.format(module="", name=name)) == f"{name}: no such thing; go on"


def test_an_account_without_an_error_says_its_first_line() -> None:
    assert reason_of("it ended\nfor no reason") == "it ended"
