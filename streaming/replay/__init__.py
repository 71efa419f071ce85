"""Replay a file of transactions into Kafka, as a shop would have sent it.

Replay carries, the stream judges: what a cell holds is sent as it stands, so that a
damaged line is rejected there with a code, and is not silently lost here.
"""

from streaming.replay.pace import Pace
from streaming.replay.profiles import Profile
from streaming.replay.run import Progress, ReplayReport, ReplayRequest, run

__all__ = ["Pace", "Profile", "Progress", "ReplayReport", "ReplayRequest", "run"]
