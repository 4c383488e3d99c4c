"""Readers of recorded dialogues with tracked faces: the DualTalk layout, and a plain folder of two-channel sound.

DualTalk (CVPR 2025): `NAME_speaker1.wav`, `NAME_speaker2.wav` (16 kHz, float32) and `NAME_speaker1.npz`,
`NAME_speaker2.npz` with `exp [T, 50]` and `pose [T, 6]`, 25 a second, FLAME 2020; `pose[:, :3]` turns head and neck and
`pose[:, 3:]` the jaw. A face that was not tracked may be missing. Faults of the released code that are avoided here:
clips stay whole (there, every 8 s segment is overwritten by the last one), and 32-bit float sound is read.

Plain: `NAME.wav` with one voice a channel, and `NAME.npz` with `exp [2, T, 50]`, `jaw [2, T, 3]`, `neck [2, T, 3]` and
`fps`; rows of NaN where a face was not tracked.

Either folder may hold `relationships.json`: {"NAME": {"kinship": "blood", "status": "unequal", "senior": 0}, ...}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32

from rsatalker.errors import AssetError, RelationshipError
from rsatalker.motion.social import Relationship
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.speech.audio import at_speech_rate, read_audio

DUALTALK_RATE_HZ = 25.0
FACE_PARTS: dict[str, slice] = {"exp": slice(0, 50), "jaw": slice(50, 53), "neck": slice(53, 56)}
FACE_SIZE = 56


@dataclass(frozen=True, slots=True)
class Dyad:
    """One recorded dialogue.

    Attributes:
        name: Of the clip.
        voices: At 16 kHz.
        faces: 50 expression coefficients of FLAME 2020, jaw and neck rotation; zeros where not tracked.
        known: Whose face was tracked.
        rate_hz: Of the faces.
        relationship: Of the two; None where nothing is known.
    """

    name: str
    voices: Float32[np.ndarray, "2 S"]
    faces: Float32[np.ndarray, "2 T 56"]
    known: Bool[np.ndarray, "2"]
    rate_hz: float
    relationship: Relationship | None


def read_dyads(folder: Path) -> list[Dyad]:
    """Return every dialogue of a folder in either layout, by name.

    Raises:
        AssetError: There is none, or a file is missing or damaged.
        AudioError: A sound file cannot be read.
    """
    relationships = _read_relationships(folder / "relationships.json")
    dyads = [_read_dualtalk(first, relationships) for first in sorted(folder.glob("*_speaker1.wav"))]
    plain = (path for path in sorted(folder.glob("*.wav")) if not path.stem.endswith(("_speaker1", "_speaker2")))
    dyads += [_read_plain(path, relationships) for path in plain]
    if not dyads:
        raise AssetError(
            f"{folder} holds no dialogues; expected NAME_speaker1.wav, NAME_speaker2.wav and their .npz (DualTalk), "
            "or NAME.wav with two channels and NAME.npz."
        )
    return dyads


def _read_dualtalk(first: Path, relationships: dict[str, Relationship]) -> Dyad:
    name = first.stem.removesuffix("_speaker1")
    stems = [first.with_name(f"{name}_speaker{speaker}") for speaker in (1, 2)]
    voices = [_mono(stem.with_name(stem.name + ".wav")) for stem in stems]
    paths = [stem.with_name(stem.name + ".npz") for stem in stems]
    tracked = [_dualtalk_face(path) if path.exists() else None for path in paths]
    lengths = [len(face) for face in tracked if face is not None]
    if not lengths:
        raise AssetError(f"{name}: neither {paths[0].name} nor {paths[1].name} exists; one tracked face is needed.")
    samples, instants = min(len(voice) for voice in voices), min(lengths)
    faces = [np.zeros((instants, FACE_SIZE), np.float32) if face is None else face[:instants] for face in tracked]
    known = np.array([face is not None for face in tracked])
    cut = np.stack([voice[:samples] for voice in voices])
    return Dyad(name, cut, np.stack(faces), known, DUALTALK_RATE_HZ, relationships.get(name))


def _dualtalk_face(path: Path) -> Float32[np.ndarray, "T 56"]:
    arrays = _read_arrays(path, {"exp": (None, 50), "pose": (None, 6)})
    instants = min(len(arrays["exp"]), len(arrays["pose"]))
    pose = arrays["pose"][:instants]
    return np.concatenate([arrays["exp"][:instants], pose[:, 3:], pose[:, :3]], axis=1)


def _read_plain(path: Path, relationships: dict[str, Relationship]) -> Dyad:
    voices = at_speech_rate(read_audio(path))
    if len(voices) != 2:
        raise AssetError(f"{path} has {len(voices)} channels; expected 2, one voice each.")
    arrays = _read_arrays(
        path.with_suffix(".npz"), {"exp": (2, None, 50), "jaw": (2, None, 3), "neck": (2, None, 3), "fps": ()}
    )
    faces = np.concatenate([arrays["exp"], arrays["jaw"], arrays["neck"]], axis=2)
    known = np.array([bool(np.isfinite(face).all()) for face in faces])
    return Dyad(path.stem, voices, np.nan_to_num(faces), known, float(arrays["fps"]), relationships.get(path.stem))


def _mono(path: Path) -> Float32[np.ndarray, " S"]:
    if not path.exists():
        raise AssetError(f"{path} does not exist; each dialogue needs the sound of both speakers.")
    return at_speech_rate(read_audio(path)).mean(axis=0)


def _read_arrays(path: Path, shapes: dict[str, tuple[int | None, ...]]) -> dict[str, np.ndarray]:
    """Return arrays of an npz as float32, each of the shape that is asked for; None is any size."""
    try:
        with open_npz(path) as archive:
            arrays = {name: np.asarray(archive[name], np.float32) for name in shapes}
    except (*NPZ_FAULTS, KeyError) as error:
        raise AssetError(f"{path} cannot be read as tracked faces ({error}); expected {', '.join(shapes)}.") from error
    for name, shape in shapes.items():
        found = arrays[name].shape
        if len(found) != len(shape) or any(n not in (None, f) for n, f in zip(shape, found, strict=True)):
            wanted = tuple("T" if n is None else n for n in shape)
            raise AssetError(f"{path}: {name} has shape {found}; expected {wanted}.")
    return arrays


def _read_relationships(path: Path) -> dict[str, Relationship]:
    if not path.exists():
        return {}
    try:
        return {name: Relationship(**fields) for name, fields in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError, RelationshipError) as error:
        raise AssetError(
            f"{path} cannot be read ({error}); expected "
            '{"NAME": {"kinship": "blood", "status": "unequal", "senior": 0}, ...}.'
        ) from error
