"""The section `dyadic` of `rsatalker evaluate`: the field's metrics on recorded dialogues, beside baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.model import MotionModel
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion
from rsatalker.motion.social import Relationship
from rsatalker.talker import Dialogue
from rsatalker.training.dualtalk import FACE_PARTS, FACE_SIZE, Dyad, read_dyads
from rsatalker.training.dyadic_faces import at_rate, conversation_of, make_faces, social_of
from rsatalker.training.dyadic_metrics import (
    CLUSTERS,
    diversity,
    frechet_distance,
    mean_squared_error,
    paired_frechet_distance,
    residual_correlation,
)
from rsatalker.training.report import Section, Sheet

Face = Float32[np.ndarray, "T D"]
Faces = Float32[np.ndarray, "2 T 56"]
METRICS = ("FD", "P-FD", "MSE", "SID", "rPCC")
# TIMAR prints its tables in these units: exp, jaw, neck.
SCALES: dict[str, tuple[float, float, float]] = {
    "FD": (1, 1e3, 1e2),
    "P-FD": (1, 1e3, 1e2),
    "MSE": (10, 1e3, 1e2),
    "SID": (1, 1, 1),
    "rPCC": (1e2, 10, 10),
}
SEED = 1
EVENT_PARTS = ("jaw", "neck")  # what a head of another expression space shares with FLAME 2020: its joints


def dyadic_section(folder: Path, lips: MotionModel, model: DyadicModel) -> Section:
    """Measure a model on recorded dialogues, in the open and in the closed loop.

    Args:
        folder: In the DualTalk layout or the plain one.
        lips: What hears the voices.
        model: Of tracked faces; one of events and tendencies is measured by its jaw and neck only.

    Raises:
        AssetError: The folder holds no dialogues, or they are damaged.
        AudioError: A recording cannot be read.
    """
    dyads = read_dyads(folder)
    clips: dict[str, list[dict[str, float]]] = {}
    for dyad in dyads:
        for method, faces in faces_by_method(dyad, lips, model).items():
            for participant in np.flatnonzero(dyad.known):
                scores = clip_scores(dyad, faces[participant], int(participant), parts_of(model, method))
                clips.setdefault(method, []).append(scores)
    means = {method: _means(scores) for method, scores in clips.items()}
    return Section(
        name="dyadic",
        title=f"Dyadic, {len(dyads)} recorded dialogues",
        scores=means,
        sheets=tuple(
            _sheet(metric, means)
            for metric in METRICS
            if any(name.startswith(f"{metric} ") for its in means.values() for name in its)
        ),
        notes=_notes(dyads, model),
    )


def faces_by_method(dyad: Dyad, lips: MotionModel, model: DyadicModel) -> dict[str, Faces]:
    """Return the faces that each method makes for a dialogue, at the dialogue's own rate."""
    truth = dyad.faces
    methods = {"zero": np.zeros_like(truth), "mean": np.broadcast_to(truth.mean(1, keepdims=True), truth.shape)}
    if dyad.known.all():
        methods["copy partner"] = truth[::-1]
    half = dyad.voices.shape[1] // 2
    others = np.roll(dyad.voices, half, axis=1)  # what the two said half a clip away
    if model.config.events:
        methods["model, other speech"] = behaviour_faces(dyad, others, lips, model)
        methods["model, closed loop"] = behaviour_faces(dyad, dyad.voices, lips, model)
        return methods
    conversation, social = conversation_of(dyad, lips), social_of(dyad)
    shuffled = conversation_of(Dyad(dyad.name, others, truth, dyad.known, dyad.rate_hz, dyad.relationship), lips)
    made = {
        "model, other speech": make_faces(model, shuffled, social, "closed"),
        "model, open loop": make_faces(model, conversation, social, "open"),
        "model, closed loop": make_faces(model, conversation, social, "closed"),
    }
    return methods | {
        name: at_rate(faces, MOTION_RATE_HZ, dyad.rate_hz, truth.shape[1]) for name, faces in made.items()
    }


def behaviour_faces(dyad: Dyad, voices: Float32[np.ndarray, "2 S"], lips: MotionModel, model: DyadicModel) -> Faces:
    """Return jaw and neck of the heads that this project animates, as tracked faces without expression."""
    dialogue = Dialogue(lips, dyad.relationship or Relationship(), SEED, model)
    parts = dialogue.push(voices), dialogue.finish()
    heads = [FlameMotion.joined([part[participant] for part in parts]) for participant in (0, 1)]
    faces = np.zeros((2, len(heads[0]), FACE_SIZE), np.float32)
    for face, head in zip(faces, heads, strict=True):
        face[:, FACE_PARTS["jaw"]], face[:, FACE_PARTS["neck"]] = head.jaw_pose, head.neck_pose
    return at_rate(faces, MOTION_RATE_HZ, dyad.rate_hz, dyad.faces.shape[1])


def parts_of(model: DyadicModel, method: str) -> Sequence[str]:
    """Return the parts of a face that a method makes."""
    return EVENT_PARTS if model.config.events and method.startswith("model") else tuple(FACE_PARTS)


def clip_scores(dyad: Dyad, face: Face, participant: int, parts: Sequence[str]) -> dict[str, float]:
    """Return `metric part` -> score of one face; those of the pair need a partner who was tracked too."""
    scores: dict[str, float] = {}
    for part in parts:
        columns = FACE_PARTS[part]
        truth, made = dyad.faces[participant][:, columns], face[:, columns]
        scores[f"FD {part}"] = frechet_distance(truth, made)
        scores[f"MSE {part}"] = mean_squared_error(truth, made)
        scores[f"SID {part}"] = diversity(truth, made, CLUSTERS[part])
        if dyad.known.all():
            partner = dyad.faces[1 - participant][:, columns]
            scores[f"P-FD {part}"] = paired_frechet_distance(truth, made, partner)
            scores[f"rPCC {part}"] = residual_correlation(truth, made, partner)
    return scores


def _means(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {
        name: float(np.mean([s[name] for s in scores if name in s]))
        for name in dict.fromkeys(k for s in scores for k in s)
    }


def _sheet(metric: str, means: Mapping[str, Mapping[str, float]]) -> Sheet:
    columns = tuple(
        f"{part}\nx{scale:g}" if scale != 1 else part for part, scale in zip(FACE_PARTS, SCALES[metric], strict=True)
    )
    rows = tuple(
        (
            method,
            *(
                its.get(f"{metric} {part}", float("nan")) * s
                for part, s in zip(FACE_PARTS, SCALES[metric], strict=True)
            ),
        )
        for method, its in means.items()
    )
    return Sheet(metric, ("method", *columns), rows)


def _notes(dyads: Sequence[Dyad], model: DyadicModel) -> tuple[str, ...]:
    notes = ["Mean over tracked faces of the score of each clip. MSE and FD reward a frozen face: see `mean`."]
    if not all(dyad.known.all() for dyad in dyads):
        notes.append("P-FD and rPCC are those of clips with both faces tracked.")
    if model.config.events:
        notes.append(
            "This model animates heads of another expression space: only jaw and neck compare, and its closed loop is "
            "the only one it has. `rsatalker train-dialogue --data` trains one of tracked faces."
        )
    return tuple(notes)
