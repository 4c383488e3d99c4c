"""Whether the machine holds one more conversation, by what the open ones cost.

All motion is made by one thread, all frames are drawn by another. A new conversation is taken to cost what the others
do, and all of them to be drawn as small as they may be: frames get smaller before anybody is refused. The first one
always gets in. Costs are times by the clock: what other programs take of the machine is missing here,
too, so the same sidecar takes fewer conversations while a game beside it works hard.
"""

from __future__ import annotations

from collections.abc import Sequence

from sidecar.conversation import Conversation
from sidecar.errors import LimitError

MOST_MOTION = 0.7  # of the motion thread's time: the rest catches up after a pause of the machine
LEAST_RATE_HZ = 10  # frames of a head a second: fewer look like stills
MOST_DRAWING = 0.9  # of the drawing thread's time at that rate


def check_admission(conversations: Sequence[Conversation], *, with_frames: bool) -> None:
    """Raise LimitError if one more conversation would take too much from the open ones.

    Args:
        conversations: Those that are open.
        with_frames: Whether the new one wants frames, or motion alone.
    """
    motion = [conversation.motion.load for conversation in conversations if conversation.motion.load]
    if motion and (load := sum(motion) * (len(motion) + 1) / len(motion)) > MOST_MOTION:
        raise LimitError(
            f"One more conversation would take the thread that makes motion to {load:.0%} of its time; at most "
            f"{MOST_MOTION:.0%} keep 30 instants a second for all. {len(conversations)} are open: close one, or use a "
            "faster machine."
        )
    drawn = [conversation for conversation in conversations if conversation.pace.cost_ns]
    costs_s = [conversation.pace.cost_ns * conversation.detail.least_cost * 1e-9 for conversation in drawn]
    if with_frames and costs_s:
        rate_hz = MOST_DRAWING / (sum(costs_s) * (len(costs_s) + 1) / len(costs_s))
        if rate_hz < LEAST_RATE_HZ:
            raise LimitError(
                f"With one more conversation this machine, as busy as it is, would draw {rate_hz:.1f} frames of each "
                f"head a second, as small as they may be; at least {LEAST_RATE_HZ} are kept. {len(conversations)} "
                "conversations are open: close one, ask for smaller frames or motion alone, or start the sidecar with "
                "a smaller --detail."
            )
