"""Mara, who talks with Tomas in the demo."""

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

MARA = Character(
    name="mara",
    description="a fair woman with long auburn hair, green eyes and freckles",
    identity=Identity(
        male=-0.8, face_width=-0.25, face_length=-0.35, jaw=-0.45, taper=0.35, chin=0.35, cheekbones=0.45, fat=-0.1,
        nose=-0.4, nose_width=-0.35, nose_tip=0.3, eye_open=0.25, eye_tilt=0.2, lips=0.15, mouth_width=0.3, neck=-0.5,
        muzzle=-0.3, brow_height=0.1, forehead=-0.5,
        smile_up=0.6, smile_skew=-0.1,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.535, 0.290, 0.196), blood=(0.545, 0.180, 0.124), shade=(0.40, 0.205, 0.150), redness=0.50,
            under_eyes=0.5, blush=0.12, eye_shadow=(0.30, 0.16, 0.12), oil=0.75, pores=0.7, freckles=400, moles=1,
            age=0.1,
        ),
        lips=LipLook(color=(0.47, 0.165, 0.140), amount=0.84, gloss=0.75, roughness=0.36),
        eyes=EyeLook(inner=(0.19, 0.15, 0.055), outer=(0.060, 0.115, 0.085), pupil=0.33),
        brows=BrowLook(hairs=560, color=(0.130, 0.056, 0.028), thickness=0.36, length=0.44, arch=0.12),
        lashes=LashLook(hairs=94, length=0.46, line=(0.012, 0.008, 0.008), line_opacity=0.85, line_width=0.030),
        hair=HairLook(
            style="long", dark=(0.075, 0.028, 0.012), light=(0.320, 0.110, 0.036), strands=1840, width=0.051,
            length=27.0, part=1.4, wave=0.42, shine=0.75,
            hairline=((0, 10.4), (22, 10.5), (40, 9.6), (52, 7.6), (62, 5.0), (70, 3.0), (80, 4.0), (100, 4.5),
                      (115, 0.0), (135, -4.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.050, 0.105, 0.095), kind="vneck", weave="rib", neckline_depth=4.2, band=1.1, shoulder_width=0.98,
            fold_seed=12,
        ),
        seed=1,
    ),
)  # fmt: skip
