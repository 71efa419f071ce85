"""What a verb says where there is nothing to show yet: the step that comes next."""

from typing import TYPE_CHECKING, Any

from shared.errors import ModelNotFound

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.core.first_steps import Advice
    from shared.settings import Settings


def next_step(database: "Database[dict[str, Any]]", settings: "Settings") -> "Advice | None":
    """Return what a new installation lacks; None once the stream has segments."""
    from shared.adapters.stream_standing import read_standing
    from shared.core.first_steps import towards_segments

    return towards_segments(read_standing(database, settings))


def require_segments(database: "Database[dict[str, Any]]", settings: "Settings") -> None:
    """Let a verb go on that shows what a model says.

    Raises
    ------
    ModelNotFound : there are no segments yet; with the next step.
    """
    advice = next_step(database, settings)
    if advice is not None:
        raise ModelNotFound(str(advice))


def as_pairs(advice: "Advice | None") -> dict[str, str]:
    """Give the lines that an overview shows below its own."""
    return {} if advice is None else {"lacks": f"{advice.what}; {advice.why}", "next": advice.next}
