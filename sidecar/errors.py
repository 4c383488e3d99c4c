"""What can go wrong between a client, the sidecar and shared memory.

SidecarError
├── ConfigError             an option or configuration file that cannot be used
├── AuthenticationError     a call without the token of this sidecar, or with another's
├── UnreachableError        no sidecar answers where one was expected
├── TrustError              the sidecar of another machine shows a certificate that is not known, or not the known one
├── TimeUpError             a call or its body took longer than was allowed
├── UnsupportedError        a call or an encoding that this sidecar does not have
├── ProtocolVersionError    the two ends speak different major versions; the message names both
├── InvalidRequestError     a call whose content is wrong: value, length, sequence number, NaN
├── NotFoundError           no conversation, avatar or utterance of that id or name
├── StateError              a call that is right, but not now
├── LimitError              more than the sidecar is configured or able to carry
└── FrameRingError          a region of shared memory that is malformed or closed
    ├── RegionNotFound      no region of that name: never made, or its sidecar has gone
    └── RegionFull          no room for another region

Every message says what was expected, what was found and what to do.
"""


class SidecarError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigError(SidecarError):
    """An option or configuration file cannot be used; the message names it."""


class AuthenticationError(SidecarError):
    """A call does not carry the token of this sidecar."""


class UnreachableError(SidecarError):
    """No sidecar answers; the message says where it was looked for and how to start one."""


class TrustError(SidecarError):
    """A sidecar's certificate is unknown or another than before; the message has its fingerprint."""


class TimeUpError(SidecarError):
    """A call or its body took longer than was allowed; the message says how long that is."""


class UnsupportedError(SidecarError):
    """This sidecar has no such call or encoding; the message names those that it has."""


class ProtocolVersionError(SidecarError):
    """The two ends speak different major versions; the message names both."""


class InvalidRequestError(SidecarError):
    """A call's content is wrong; the message names the field, what was found and what is accepted."""


class NotFoundError(SidecarError):
    """No conversation, avatar or utterance has that id or name."""


class StateError(SidecarError):
    """A call is right, but not in this state; the message names the state and the call that leads out of it."""


class LimitError(SidecarError):
    """More was asked than the sidecar is configured or able to carry; the message names the limit."""


class FrameRingError(SidecarError):
    """A region of shared memory is malformed or closed; the message names the field and its value."""


class RegionNotFound(FrameRingError):  # noqa: N818  the name states the condition
    """No region has that name: it was never made, or its sidecar has gone."""


class RegionFull(FrameRingError):  # noqa: N818  the name states the condition
    """There is no room for another region; the message says how much is needed and how much is free."""
