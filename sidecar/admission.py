"""Whether the machine holds one more conversation, by what the open ones cost.

Motion of all conversations is made by one thread, all frames are drawn by another. An audio stream of another protocol
counts as a conversation without frames: its motion takes a core from the others. A new conversation is taken to cost
what the others do, and all of them to be drawn as small as they may be: frames get smaller before anybody is refused.
The first one always gets in. Costs are times by the clock: what other programs take is missing here, too,
so the same sidecar takes fewer conversations while a game beside it works hard.
"""

from __future__ import annotations

from collections.abc import Sequence

from sidecar.conversation import Conversation
from sidecar.errors import LimitError
from sidecar.motion_load import MotionLoad

MOST_MOTION = 0.7  # of the motion thread's time: the rest catches up after a pause of the machine
LEAST_RATE_HZ = 10  # frames of a head a second: fewer look like stills
MOST_DRAWING = 0.9  # of the drawing thread's time at that rate
CONVERSATION, AUDIO_STREAM = "conversation", "audio stream"  # who asks, as sentences name it


def these_are_open(conversations: int, streams: int) -> str:
    """Return the beginning of a sentence that counts what is open."""
    counts = {CONVERSATION: conversations, AUDIO_STREAM: streams}
    names = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    return f"{' and '.join(names)} {'is' if conversations + streams == 1 else 'are'} open"


def check_admission(
    conversations: Sequence[Conversation],
    streams: Sequence[MotionLoad] = (),
    newcomer: str = CONVERSATION,
    *,
    with_frames: bool,
) -> None:
    """Raise LimitError if one more would take too much from the open ones.

    Args:
        conversations: Those that are open.
        streams: What the open audio streams cost.
        newcomer: `CONVERSATION` or `AUDIO_STREAM`.
        with_frames: Whether the new one wants frames, or motion alone.
    """
    loads = [*(conversation.motion.load for conversation in conversations), *streams]
    motion = [load.share for load in loads if load.share]
    if motion and (whole := sum(motion) * (len(motion) + 1) / len(motion)) > MOST_MOTION:
        raise LimitError(
            f"With one more {newcomer}, motion would take {whole:.0%} of a thread's time; at most {MOST_MOTION:.0%} "
            f"keep 30 instants a second for all. {these_are_open(len(conversations), len(streams))}: end one, or use a "
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
