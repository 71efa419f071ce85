"""Every failure the product raises on purpose, by what the caller can do about it.

A message says what happened, the rule, what was found and the next step. The exit
codes are the command line's contract (docs/commands.md has the table).
"""


class ReclusteringError(Exception):
    """Root of all errors raised on purpose."""

    exit_code = 1


class InvalidConfig(ReclusteringError):
    """A setting or an argument is wrong: correct it and start again."""

    exit_code = 2


class ServiceUnavailable(ReclusteringError):
    """Kafka or MongoDB did not answer: start it, or correct its address."""

    exit_code = 3


class LeaseHeld(ReclusteringError):
    """Another instance holds the lease: stop it, or wait until its lease ends."""

    exit_code = 6


class StartRefused(ReclusteringError):
    """Going on would corrupt state: the message names the reason and the way out."""

    exit_code = 2


class SchemaMismatch(ReclusteringError):
    """A stored document was written by another schema version or is damaged."""


class ModelNotFound(ReclusteringError):
    """No model of that version, or no champion yet."""


class StreamFailed(ReclusteringError):
    """The streaming query ended although nobody asked it to."""


class SparkNotStarted(ReclusteringError):
    """Spark, or the Java under it, did not come up: its own words are in a file."""


class NothingToCluster(ReclusteringError):
    """There is nobody to cluster yet: the message names what has to come first."""
