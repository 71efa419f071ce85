"""Replay a file of transactions into Kafka, as a shop would have sent it.

Replay carries, the stream judges: what a cell holds is sent as it stands, so that a
damaged line is rejected there with a code, and is not silently lost here.
"""

from streaming.replay.loop import run
from streaming.replay.pace import FULL_SPEED, Pace
from streaming.replay.profiles import Profile
from streaming.replay.reading import Source
from streaming.replay.request import Progress, ReplayReport, ReplayRequest

__all__ = [
    "FULL_SPEED",
    "Pace",
    "Profile",
    "Progress",
    "ReplayReport",
    "ReplayRequest",
    "Source",
    "run",
]
