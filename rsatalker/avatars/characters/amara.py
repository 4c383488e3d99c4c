"""Amara: deep brown skin, a broad low nose, full lips."""

from rsatalker.avatars.appearance.look import (
    BrowLook,
    ClothLook,
    EyeLook,
    HairLook,
    LashLook,
    LipLook,
    Look,
    SkinLook,
)
from rsatalker.avatars.character import Character
from rsatalker.heads.procedural.identity import Identity

AMARA = Character(
    name="amara",
    description="a young woman with deep brown skin, full lips and short natural curls",
    identity=Identity(
        male=-0.7, face_width=-0.15, face_length=-0.2, forehead=0.25, brow_ridge=-0.4, cheekbones=0.6, jaw=-0.2,
        taper=0.25, chin=-0.15, fat=-0.05, nose=-0.15, nose_width=0.85, nose_bridge=-0.7, nose_tip=0.15,
        eye_spacing=0.2, eye_open=0.3, eye_tilt=0.35, lips=1.3, mouth_width=0.25, muzzle=0.5, neck=-0.5,
        smile_up=0.4, smile_skew=-0.2,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.120, 0.056, 0.034), blood=(0.135, 0.042, 0.026), shade=(0.065, 0.028, 0.018), redness=0.45,
            under_eyes=0.4, oil=0.95, pores=0.75, moles=2, age=0.05,
        ),
        lips=LipLook(color=(0.165, 0.052, 0.046), amount=0.75, gloss=1.0, roughness=0.33),
        eyes=EyeLook(inner=(0.060, 0.026, 0.011), outer=(0.026, 0.012, 0.006), pupil=0.36, white=(0.27, 0.232, 0.20)),
        brows=BrowLook(hairs=620, color=(0.012, 0.009, 0.008), thickness=0.40, length=0.42, arch=0.15),
        lashes=LashLook(hairs=110, length=0.48, line_opacity=0.8, line_width=0.028),
        hair=HairLook(
            style="curls", dark=(0.010, 0.008, 0.007), light=(0.052, 0.036, 0.026), strands=1780, width=0.046,
            length=5.2, shine=0.7,
            hairline=((0, 10.4), (22, 10.5), (40, 9.6), (52, 7.6), (62, 5.0), (70, 3.0), (80, 4.0), (100, 4.5),
                      (115, 0.0), (135, -4.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.320, 0.150, 0.020), kind="vneck", weave="linen", fleck=0.05, neckline_depth=3.6, band=0.9,
            band_lift=0.10, shoulder_width=0.97, folds=1.2, fold_seed=51,
        ),
        seed=5,
    ),
)  # fmt: skip
