"""Replay a file of transactions into Kafka, as a shop would have sent it: look, decide, send.

Replay carries, the stream judges: what a cell holds is sent as it was understood, what was not understood
as it stands, so that a damaged line is rejected there with a code, and is not silently lost here.
"""

from shared.meaning.mapping import Wishes
from shared.meaning.profiles import Profile
from streaming.replay.judging import Fates, Rules
from streaming.replay.looking.look import Look, look
from streaming.replay.loop import run
from streaming.replay.opened import Reading, read_as
from streaming.replay.pace import FULL_SPEED, Pace
from streaming.replay.request import Progress, ReplayReport, ReplayRequest

__all__ = [
    "FULL_SPEED",
    "Fates",
    "Look",
    "Pace",
    "Profile",
    "Progress",
    "Reading",
    "ReplayReport",
    "ReplayRequest",
    "Rules",
    "Wishes",
    "look",
    "read_as",
    "run",
]
