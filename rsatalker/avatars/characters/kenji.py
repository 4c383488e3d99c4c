"""Kenji: a low bridge, broad cheekbones, narrow lids."""

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

KENJI = Character(
    name="kenji",
    description="an East Asian man with black hair and dark eyes, clean-shaven",
    identity=Identity(
        male=0.6, face_width=0.3, face_length=-0.05, forehead=0.15, brow_ridge=-0.5, brow_height=0.35, cheekbones=0.7,
        jaw=0.1, taper=0.15, chin=-0.1, nose=-0.25, nose_width=0.35, nose_bridge=-0.8, nose_tip=0.05, eye_spacing=0.35,
        eye_open=-0.35, eye_tilt=0.45, eye_fold=0.9, lips=0.35, muzzle=0.2,
        smile_up=0.2, smile_skew=0.15,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.372, 0.211, 0.136), blood=(0.39, 0.142, 0.092), shade=(0.29, 0.155, 0.100), redness=0.45,
            under_eyes=0.6, oil=0.9, pores=0.9, moles=2, age=0.2,
        ),
        lips=LipLook(color=(0.33, 0.145, 0.115), amount=0.52, gloss=0.5, roughness=0.42),
        eyes=EyeLook(inner=(0.070, 0.032, 0.014), outer=(0.030, 0.014, 0.008), pupil=0.35),
        brows=BrowLook(hairs=560, color=(0.012, 0.010, 0.010), thickness=0.44, length=0.44),
        lashes=LashLook(hairs=66, length=0.30, line_opacity=0.45),
        hair=HairLook(
            style="short", dark=(0.009, 0.008, 0.008), light=(0.036, 0.031, 0.029), strands=4300, width=0.040,
            length=5.6, side_length=1.5, shine=1.1, comb=-62.0, volume=1.1,
            hairline=((0, 10.6), (22, 10.9), (36, 10.2), (47, 8.6), (55, 6.6), (62, 4.6), (70, 2.4), (76, 3.2),
                      (86, 4.4), (100, 4.0), (112, 2.0), (130, -3.0), (150, -5.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.210, 0.205, 0.195), fleck=0.05, neckline_depth=2.0, band=1.5,
            band_lift=0.12, shoulder_width=1.08, fold_seed=61,
        ),
        seed=6,
    ),
)  # fmt: skip
