"""Tomas, who talks with Mara in the demo."""

from rsatalker.avatars.appearance.look import (
    BrowLook,
    ClothLook,
    EyeLook,
    HairLook,
    LashLook,
    LipLook,
    Look,
    SkinLook,
    StubbleLook,
)
from rsatalker.avatars.character import Character
from rsatalker.heads.procedural.identity import Identity

TOMAS = Character(
    name="tomas",
    description="a tanned man with short dark hair, brown eyes and stubble",
    identity=Identity(
        male=0.85, face_width=0.0, face_length=0.1, jaw=0.25, chin=0.35, brow_ridge=0.35, cheekbones=0.35, fat=-0.3,
        nose=-0.1, nose_width=-0.1, nose_bridge=0.25, nose_hump=0.3, eye_open=-0.05, lips=0.0, neck=0.2, age=0.1,
        smile_up=0.0, smile_skew=-0.3,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.355, 0.205, 0.135), blood=(0.36, 0.145, 0.095), shade=(0.20, 0.105, 0.075), redness=0.50,
            under_eyes=0.8, oil=0.8, pores=1.15, moles=3, age=0.45,
        ),
        lips=LipLook(color=(0.270, 0.118, 0.096), amount=0.48, gloss=0.6, roughness=0.44),
        eyes=EyeLook(inner=(0.16, 0.075, 0.025), outer=(0.075, 0.032, 0.012), pupil=0.36),
        brows=BrowLook(hairs=660, color=(0.022, 0.016, 0.013), thickness=0.50, length=0.50),
        lashes=LashLook(hairs=70, length=0.34, line_opacity=0.35),
        hair=HairLook(
            style="short", dark=(0.026, 0.018, 0.014), light=(0.090, 0.058, 0.039), strands=3600, width=0.039,
            length=2.3, side_length=0.95, shine=0.50, comb=15.0, volume=0.85,
            hairline=((0, 10.6), (22, 10.9), (36, 10.2), (47, 8.6), (55, 6.6), (62, 4.6), (70, 2.4), (76, 3.2),
                      (86, 4.4), (100, 4.0), (112, 2.0), (130, -3.0), (150, -5.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.040, 0.062, 0.100), kind="shirt", weave="linen", fleck=0.06, neckline_depth=5.4, band=0.9,
            band_lift=0.08, shoulder_width=1.14, folds=1.1, fold_seed=21, buttons=True,
            button_color=(0.16, 0.15, 0.14),
        ),
        stubble=StubbleLook(amount=0.42, color=(0.112, 0.084, 0.072), dots=3800),
        seed=5,
    ),
)  # fmt: skip
