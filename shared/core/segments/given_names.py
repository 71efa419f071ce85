"""Names that people have given to segments, laid over those of the rule.

A model keeps the names that the rule found, for ever; what people call a segment belongs to its
identity, so it outlives every model that has a segment of that identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.core.model.artifact import ModelArtifact, Segment


@dataclass(frozen=True)
class GivenName:
    """What an operator calls a segment. action : None keeps the advice of the rule."""

    name: str
    action: str | None = None


def with_names(model: ModelArtifact, names: Mapping[int, GivenName]) -> ModelArtifact:
    """Return the model as people see it; `names` by segment_id."""
    return replace(model, segments=renamed(model.segments, names)) if names else model


def renamed(segments: tuple[Segment, ...], names: Mapping[int, GivenName]) -> tuple[Segment, ...]:
    """Return the segments under the given names; one that the rule called the same says which it is."""
    taken = {names[segment.segment_id].name for segment in segments if segment.segment_id in names}
    return tuple(_renamed(segment, names.get(segment.segment_id), taken) for segment in segments)


def _renamed(segment: Segment, given: GivenName | None, taken: set[str]) -> Segment:
    if given is not None:
        return replace(segment, name=given.name, action=given.action or segment.action)
    if segment.name in taken:
        return replace(segment, name=f"{segment.name} (segment {segment.segment_id})")
    return segment
