"""Messages of the watch service <-> records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from sidecar import placement
from sidecar.errors import InvalidRequestError
from sidecar.regions.blocks import View
from sidecar.regions.layout import MAX_LAYERS, MAX_PLAYBACKS
from sidecar.regions.motion_ring import HeadInstant, MotionInstant
from sidecar.requests import view_message
from sidecar.v1 import speech_pb2, watch_pb2
from sidecar.watching.frame_watch import WatchedFrame
from sidecar.watching.pictures import DEFAULT_QUALITY, LARGEST_QUALITY, PictureFormat

DEFAULT_RATE_HZ = 30.0
LARGEST_RATE_HZ = 120.0
UNIT_SLACK = 0.01  # in the length of a direction: what rounding and a scaled scene may do
SMALLEST_PICTURE_PX = 16
HEADS = (speech_pb2.PARTICIPANT_A, speech_pb2.PARTICIPANT_B)


def picture_format_from(message: watch_pb2.PictureFormat) -> PictureFormat:
    """Return how frames are to be made into pictures."""
    if message.jpeg_quality > LARGEST_QUALITY:
        raise InvalidRequestError(f"jpeg_quality is {message.jpeg_quality}; expected 1 to {LARGEST_QUALITY}, or 0.")
    if 0 < message.max_size_px < SMALLEST_PICTURE_PX:
        raise InvalidRequestError(
            f"max_size_px is {message.max_size_px}; expected at least {SMALLEST_PICTURE_PX} pixels, or 0 for no limit."
        )
    alpha = "none" if message.without_alpha else "png" if message.alpha_png else "jpeg"
    return PictureFormat(message.jpeg_quality or DEFAULT_QUALITY, message.max_size_px or None, alpha)


def rate_from(max_rate_hz: float) -> float:
    """Return pictures per second at most; 0 means the default."""
    rate_hz = max_rate_hz or DEFAULT_RATE_HZ
    if not 0 < rate_hz <= LARGEST_RATE_HZ:  # NaN, too, is refused
        raise InvalidRequestError(f"max_rate_hz is {max_rate_hz:g}; expected above 0 to {LARGEST_RATE_HZ:.0f}, or 0.")
    return rate_hz


def instant_message(instant: MotionInstant, *, arkit_only: bool) -> watch_pb2.MotionInstant:
    """Return both heads at one instant."""
    return watch_pb2.MotionInstant(
        index=instant.index,
        timeline_us=instant.timeline_us,
        heads=[_head_message(head, arkit_only=arkit_only) for head in instant.heads],
    )


def picture_message(watched: WatchedFrame, now_ns: int) -> watch_pb2.FramePicture:
    """Return one frame of one head."""
    header, picture = watched.header, watched.picture
    return watch_pb2.FramePicture(
        participant=HEADS[watched.participant],
        frame_number=header.frame_number,
        utterance_id=header.utterance_id,
        timeline_us=header.timeline_us,
        media_us=header.media_us,
        pose_id=header.pose_id,
        age_us=(now_ns - header.requested_ns) // 1000,
        width=picture.width,
        height=picture.height,
        layers=len(header.views),
        color=picture.color,
        alpha=picture.alpha,
        world_from_head=header.world_from_head.ravel().tolist(),
        views=[view_message(view) for view in header.views],
    )


def eyes_from(messages: Sequence[watch_pb2.EyeView]) -> tuple[View, ...]:
    """Return where the eyes of a client are.

    Raises:
        InvalidRequestError: There are too many, or one has wrong counts or is no place.
    """
    if len(messages) > MAX_LAYERS:
        raise InvalidRequestError(f"There are {len(messages)} eyes; expected none, 1 or {MAX_LAYERS}.")
    eyes: list[View] = []
    for message in messages:
        if len(message.tangents) != 4 or not np.isfinite(message.tangents).all():
            raise InvalidRequestError(
                f"tangents of an eye are {len(message.tangents)} values; expected 4 finite ones: left, right, down, up."
            )
        if not np.isfinite((message.near_m, message.far_m)).all():
            raise InvalidRequestError(
                f"near_m and far_m of an eye are {message.near_m:g} and {message.far_m:g}; expected finite metres."
            )
        camera_from_world = _rigid(message.camera_from_world, "camera_from_world of an eye")
        tangents = np.array(message.tangents, np.float32)
        eyes.append(View(camera_from_world, tangents, message.near_m, message.far_m))
    return tuple(eyes)


def anchors_from(values: Sequence[float]) -> Float32[np.ndarray, "2 4 4"] | None:
    """Return where both heads stand; None if a client does not say."""
    if not values:
        return None
    if len(values) != 32:
        raise InvalidRequestError(f"world_from_heads has {len(values)} values; expected 32, or none.")
    return np.stack([_rigid(values[first : first + 16], "world_from_heads") for first in (0, 16)])


def playbacks_from(messages: Iterable[watch_pb2.PlaybackPosition]) -> list[tuple[int, int, float]]:
    """Return utterance, position and rate of what a client plays."""
    playbacks = [(message.utterance_id, message.position_us, message.rate) for message in messages]
    if len(playbacks) > MAX_PLAYBACKS:
        raise InvalidRequestError(f"{len(playbacks)} utterances are playing; expected at most {MAX_PLAYBACKS}.")
    if not all(utterance_id and np.isfinite(rate) for utterance_id, _, rate in playbacks):
        raise InvalidRequestError("A playback position names no utterance, or its rate is no number.")
    return playbacks


def light_from(message: watch_pb2.SceneLight) -> Light:
    """Return the light of a client's scene.

    Raises:
        InvalidRequestError: A field has the wrong count or no finite numbers, or the direction is none.
    """
    found: list[Float32[np.ndarray, "..."]] = []
    for name, values, shape in (
        ("probe", message.probe, (9, 3)),
        ("key_direction", message.key_direction, (3,)),
        ("key_color", message.key_color, (3,)),
    ):
        if len(values) != np.prod(shape) or not np.isfinite(values).all():
            raise InvalidRequestError(
                f"{name} of the light is {len(values)} values; expected {np.prod(shape)} finite ones."
            )
        found.append(np.array(values, np.float32).reshape(shape))
    length = float(np.linalg.norm(found[1]))
    if abs(length - 1) > UNIT_SLACK:
        raise InvalidRequestError(f"key_direction of the light has length {length:g}; send a direction of length 1.")
    return Light(*found)


def _rigid(values: Sequence[float], name: str) -> Float32[np.ndarray, "4 4"]:
    if len(values) == 16:
        matrix = np.array(values, np.float32).reshape(4, 4)
        if placement.is_rigid(matrix):
            return matrix
    raise InvalidRequestError(
        f"{name} is not a rotation and a shift; send 16 values, a row-major rigid 4 x 4 matrix without scale, in "
        "metres."
    )


def _head_message(head: HeadInstant, *, arkit_only: bool) -> watch_pb2.HeadInstant:
    pose = head.pose
    message = watch_pb2.HeadInstant(utterance_id=head.utterance_id, media_us=head.media_us, arkit=pose.arkit)
    if not arkit_only:
        message.expression.extend(pose.expression)
        message.global_orient.extend(pose.global_orient)
        message.neck_pose.extend(pose.neck_pose)
        message.jaw_pose.extend(pose.jaw_pose)
        message.eye_pose.extend(pose.eye_pose)
        message.transl.extend(pose.transl)
    return message
