"""The heavy parts that the server is given: avatars, renderer and motion model. Tests hand in light ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.light import Light, studio_light
from rsatalker.motion.expression_space import EXPRESSION_SPACES
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.motion.together import Making
from rsatalker.renderers.camera import Camera, look_at
from sidecar.config import ServeOptions
from sidecar.errors import NotFoundError

if TYPE_CHECKING:  # torch is loaded only when a studio opens
    from rsatalker.avatars.avatar import Avatar
    from rsatalker.avatars.fitted_avatar import FittedAvatar
    from rsatalker.motion.model import MotionModel
    from rsatalker.renderers.renderer import Renderer
    from rsatalker.talker import Talker

DEFAULT_SPACE = "procedural-1"
WARM_UP_PX = 64  # enough to compile every kernel


class DrawingCost(Protocol):
    """What one drawing took: milliseconds of its stages, and Gaussians."""

    @property
    def mesh_ms(self) -> float:
        """Pose to mesh."""
        ...

    @property
    def gaussians_ms(self) -> float:
        """Mesh to Gaussians."""
        ...

    @property
    def frame_ms(self) -> float:
        """Gaussians to frame."""
        ...

    @property
    def gaussians(self) -> int:
        """How many the head was drawn with."""
        ...


class TalkingHead(Protocol):
    """One head that can be drawn: `rsatalker.talker.Talker` behind the little that the server needs of it."""

    @property
    def bounding_sphere(self) -> tuple[Float32[np.ndarray, "3"], float]:
        """Centre in the head's own space and radius, metres."""
        ...

    def draw(
        self,
        pose: FlamePose,
        cameras: Sequence[Camera],
        light: Light,
        world_from_head: Float32[np.ndarray, "4 4"],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
        at_s: float | None = None,
    ) -> DrawingCost:
        """Draw the head at one instant into the caller's buffers."""
        ...


class MotionSource(Protocol):
    """Voices of two heads in, motion of both out: `rsatalker.talker.Dialogue`."""

    features_ms: float  # that the last `push` took
    motion_ms: float

    def push(self, voices: Float32[np.ndarray, "2 S"]) -> tuple[FlameMotion, FlameMotion]:
        """Return the motion of all instants that these samples complete."""
        ...

    def pushing(self, voices: Float32[np.ndarray, "2 S"]) -> Making[tuple[FlameMotion, FlameMotion]]:
        """Do what `push` does, beside other conversations."""
        ...

    def relate(self, social: SocialInput) -> None:
        """Change who the two are to each other."""
        ...

    def place(self, world_from_head: Float32[np.ndarray, "2 4 4"]) -> None:
        """Tell both heads where they stand."""
        ...

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Change how somebody feels."""
        ...

    def set_style(self, participant: int, style: Style) -> None:
        """Change how strongly somebody moves the mouth."""
        ...

    def fork(self) -> MotionSource:
        """Return a source that goes on from here on its own: from the same voices it makes the same motion."""
        ...


@dataclass(frozen=True, slots=True)
class CastMember:
    """An avatar that a conversation can have.

    Attributes:
        name: What a client asks for.
        description: One line for a menu.
        expression_space: What its expression coefficients mean.
    """

    name: str
    description: str
    expression_space: str = DEFAULT_SPACE

    @property
    def expression_count(self) -> int:
        """Coefficients of a pose."""
        return EXPRESSION_SPACES[self.expression_space]


class Studio(Protocol):
    """Makes what a conversation is made of. Any thread may ask."""

    @property
    def renderer_name(self) -> str:
        """What draws the heads."""
        ...

    def cast(self) -> list[CastMember]:
        """Return every avatar that can be loaded."""
        ...

    def head(self, avatar: str) -> TalkingHead:
        """Return a head of the cast for one place in one conversation; the first time it is loaded, which is slow."""
        ...

    def dialogue(self, relationship: Relationship, seed: int) -> MotionSource:
        """Return a fresh source of motion."""
        ...

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Prepare shared memory for frames, which may spare each a copy; return what undoes it."""
        ...

    def warm_up(self) -> None:
        """Do now what the first conversation would otherwise wait for."""
        ...


class _Head:
    """A talker with its avatar's sphere at hand."""

    def __init__(self, talker: Talker) -> None:
        self.draw = talker.draw
        self.bounding_sphere = talker.avatar.bounding_sphere


class RsaTalkerStudio:
    """The real parts, as the options ask for them."""

    def __init__(self, options: ServeOptions) -> None:
        from rsatalker.avatars.avatar_folder import fitted_members
        from rsatalker.avatars.cast import CHARACTERS
        from rsatalker.renderers.choose import choose_renderer
        from rsatalker.renderers.worker_threads import usable_threads

        self._options = options
        self._threads = options.threads or usable_threads()
        self._renderer: Renderer = choose_renderer(options.renderer, options.threads or None)
        self._model: MotionModel | None = None
        self._loaded: dict[str, Avatar | FittedAvatar] = {}
        fitted = fitted_members(options.avatars) if options.avatars else []
        self._fitted = {member.name: member for member in fitted if member.name not in CHARACTERS}
        self._loading = threading.Lock()  # one avatar at a time: each takes all threads
        self._model_lock = threading.Lock()

    @property
    def renderer_name(self) -> str:
        """What draws the heads."""
        return self._renderer.name

    def cast(self) -> list[CastMember]:
        """Return every character that comes with the package, then the fitted avatars of the user's folder."""
        from rsatalker.avatars.cast import CHARACTERS

        own = [CastMember(name, character.description) for name, character in CHARACTERS.items()]
        return [*own, *(CastMember(name, fitted.description) for name, fitted in self._fitted.items())]

    def head(self, avatar: str) -> TalkingHead:
        """Return a head of the cast; what moves by itself on it is not shared with those returned before.

        Raises:
            NotFoundError: The cast has none of that name.
        """
        from rsatalker.talker import Talker

        names = [member.name for member in self.cast()]
        if avatar not in names:
            raise NotFoundError(unknown_avatar(avatar, names))
        if avatar not in self._loaded:  # else it never waits for another that is being loaded
            self._load(avatar)
        return _Head(Talker(self._loaded[avatar].twin(), self._renderer, self._options.least_detail))

    def _load(self, avatar: str) -> None:
        from rsatalker.avatars.cast import load_avatar

        with self._loading:
            if avatar not in self._loaded:
                source = self._fitted[avatar].folder if avatar in self._fitted else avatar
                side_by_side = 2 if self.renderer_name == "cpu" else 1  # heads that are posed at the same time
                threads = max(self._threads // side_by_side, 1)
                self._loaded[avatar] = load_avatar(source, detail=self._options.detail, threads=threads)

    def dialogue(self, relationship: Relationship, seed: int) -> MotionSource:
        """Return a fresh dialogue of the options' checkpoint."""
        from rsatalker.motion.checkpoint import load_checkpoint
        from rsatalker.talker import Dialogue

        with self._model_lock:
            if self._model is None:
                self._model = load_checkpoint(self._options.checkpoint)
        return Dialogue(self._model, relationship, seed)

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Let the renderer's device write frames straight into shared memory, if it has one."""
        return self._renderer.lock_pages(memory)

    def warm_up(self) -> None:
        """Load the model, the first pair and the user's own avatars, and draw each once, so that all is compiled.

        The other characters are loaded when they are asked for: to bake all of them takes minutes on a fresh machine,
        and `rsatalker warm-up` does that.
        """
        from rsatalker.avatars.cast import FIRST_PAIR

        self.dialogue(Relationship(), seed=0).push(np.zeros((2, 16_000), np.float32))
        camera = look_at(np.array([0, 0, 1], np.float32), np.zeros(3, np.float32), width=WARM_UP_PX, height=WARM_UP_PX)
        camera = replace(camera, oversampling=2)  # averaging is a kernel, too
        colors = np.zeros((1, WARM_UP_PX, WARM_UP_PX, 4), np.uint8)
        depths = np.zeros((1, WARM_UP_PX, WARM_UP_PX), np.float32)
        for name in (*FIRST_PAIR, *self._fitted):
            head = self.head(name)
            head.draw(FlamePose.neutral(), [camera], studio_light(), np.eye(4, dtype=np.float32), colors, depths)


def unknown_avatar(avatar: str, names: Sequence[str]) -> str:
    """Return the sentence for a name that the cast does not have."""
    return f"There is no avatar {avatar[:60]!r}. Avatars are {', '.join(names)}; ListAvatars describes them."
