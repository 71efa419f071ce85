"""What a bulk write may fail with: an identity that is taken, and nothing else."""

from pymongo.errors import BulkWriteError

DUPLICATE_KEY = 11000


def positions_taken(error: BulkWriteError) -> set[int]:
    """Return the positions whose `_id` was there already.

    Raises
    ------
    BulkWriteError : `error` itself, if anything else failed too.
    """
    failures = error.details["writeErrors"]
    if error.details["writeConcernErrors"] or any(f["code"] != DUPLICATE_KEY for f in failures):
        raise error
    return {failure["index"] for failure in failures}
