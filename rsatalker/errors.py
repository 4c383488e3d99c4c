"""What can go wrong in the model, heads, avatars and renderers.

RsaTalkerError
├── AudioError              sound that cannot be used: rate, channels, length, NaN
├── AssetError              a file of a head, avatar or scene is missing or malformed
│   └── CheckpointError     the motion model's weights are missing, malformed or of another version
├── DegenerateMeshError     a triangle without area where a frame is needed
├── ExpressionSpaceError    motion of one expression space given to a head of another
├── MoodError               an unknown mood, or a strength out of range
├── OptionError             an option of a command is out of its range
├── OutputError             a file cannot be written: disk full, folder refused, a package for its format missing
├── RelationshipError       kinship, status and senior that do not fit together
├── RendererUnavailable     the renderer asked for cannot run on this machine
├── ScriptError             a cutscene's script says what cannot be; the message names file, line and field
└── ToolMissing             an external program that a command needs is not installed

Every message says what was expected, what was found and what to do.
"""


class RsaTalkerError(Exception):
    """Base of every error that this package raises on purpose."""


class AudioError(RsaTalkerError):
    """Sound that cannot be used; the message names rate, channels, length or sample at fault."""


class AssetError(RsaTalkerError):
    """A file of a head, avatar or scene is missing or malformed."""


class CheckpointError(AssetError):
    """The motion model's weights are missing, malformed or of another version."""


class DegenerateMeshError(RsaTalkerError):
    """A triangle has no area where a face frame is needed."""


class ExpressionSpaceError(RsaTalkerError):
    """Motion of one expression space was given to a head of another."""


class MoodError(RsaTalkerError):
    """An unknown mood, or a strength of a mood or style out of range."""


class OptionError(RsaTalkerError):
    """An option of a command is out of its range, which the message names."""


class OutputError(RsaTalkerError):
    """A file cannot be written: the disk is full, the folder refuses, or a package for its format is missing."""


class RelationshipError(RsaTalkerError):
    """Kinship, status and senior do not fit together."""


class RendererUnavailable(RsaTalkerError):  # noqa: N818  the name states the condition, as in the design
    """The renderer asked for cannot run on this machine."""


class ScriptError(RsaTalkerError):
    """A cutscene's script says what cannot be; the message names file, line and field."""


class ToolMissing(RsaTalkerError):  # noqa: N818  the name states the condition
    """An external program that a command needs is not installed."""
