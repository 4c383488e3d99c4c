"""How far ahead of the engine's clock heads are drawn, so that they fit the sound while they are seen."""

from __future__ import annotations

FOLLOWS = 0.1  # share of a new measurement that is taken over: one slow frame does not move the faces
MOST_NS = 200_000_000  # slower than this, drawing is not worth predicting


class DisplayLead:
    """Time from asking for a frame to the middle of the time for which it is seen, a running mean.

    A frame is seen from when it is published until the next one is. Drawn for the instant at which it was asked for, it
    would always be late; drawn for the middle of that time, it is half a frame early at first and half a frame late
    at last.

    Attributes:
        ns: The lead.
        skew_ns: How much later than that the newest frame was seen: by so much its face was behind the sound.
    """

    def __init__(self) -> None:
        self.ns = 0
        self.skew_ns = 0
        self._published_ns: int | None = None

    def note(self, requested_ns: int, published_ns: int) -> None:
        """Take over how long the newest frame took and how long the one before it was seen."""
        if self._published_ns is not None:
            seen_ns = min(published_ns - self._published_ns, MOST_NS)
            measured = min(published_ns - requested_ns + seen_ns // 2, MOST_NS)
            self.skew_ns = measured - self.ns
            self.ns += round(FOLLOWS * (measured - self.ns))
        self._published_ns = published_ns

    def rest(self) -> None:
        """Forget when the newest frame was published: what comes next follows a pause."""
        self._published_ns = None
