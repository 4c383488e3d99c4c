"""Who a head is: named parameters that turn the average head into a person."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, slots=True)
class Identity:
    """One person's build; 0 is the average, about -1 to 1 the span of ordinary people. The head's `betas`.

    Attributes:
        male: From female (-1) to male (1): jaw, brows, neck, shoulders, lips.
        age: From young (0) to old (1): folds, jowls, thinner lips, larger ears and nose.
        fat: Cheeks, chin and neck.
        face_width: Width of face and skull.
        face_length: Length of the lower face.
        forehead: Height of the forehead.
        brow_ridge: How far the brows stand out.
        brow_height: How high the brows lie.
        cheekbones: How far the cheekbones stand out.
        jaw: How broad and square the jaw is.
        taper: How much the face narrows to the chin.
        chin: How far the chin stands out.
        nose: Size of the nose.
        nose_width: Width of its wings.
        nose_bridge: Height of its bridge.
        nose_tip: How far its tip points up.
        eye_spacing: Distance between the eyes.
        eye_open: How wide the lids are open.
        eye_tilt: How much higher the outer corners lie.
        lips: Fullness of the lips.
        mouth_width: Width of the mouth.
        ears: Size of the ears.
        neck: Thickness of the neck.
        nose_hump: How far the back of the nose bows out.
        eye_fold: How far a fold of the upper lid hides its crease and the inner corner.
        muzzle: How far jaws and lips stand out.
        ears_out: How far the ears stand off.
        smile_up: How much more a smile draws the corners up than out. Manners: at rest they do not show.
        smile_skew: How much more the left corner goes than the right one.
    """

    male: float = 0.0
    age: float = 0.0
    fat: float = 0.0
    face_width: float = 0.0
    face_length: float = 0.0
    forehead: float = 0.0
    brow_ridge: float = 0.0
    brow_height: float = 0.0
    cheekbones: float = 0.0
    jaw: float = 0.0
    taper: float = 0.0
    chin: float = 0.0
    nose: float = 0.0
    nose_width: float = 0.0
    nose_bridge: float = 0.0
    nose_tip: float = 0.0
    eye_spacing: float = 0.0
    eye_open: float = 0.0
    eye_tilt: float = 0.0
    lips: float = 0.0
    mouth_width: float = 0.0
    ears: float = 0.0
    neck: float = 0.0
    nose_hump: float = 0.0
    eye_fold: float = 0.0
    muzzle: float = 0.0
    ears_out: float = 0.0
    smile_up: float = 0.0
    smile_skew: float = 0.0

    @property
    def betas(self) -> Float[np.ndarray, " B"]:
        """The parameters as a vector, in the order of the fields."""
        return np.array([getattr(self, field.name) for field in fields(self)], np.float32)
