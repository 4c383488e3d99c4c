"""Rosa: how far age goes on a round-faced woman."""

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

ROSA = Character(
    name="rosa",
    description="an old woman with grey hair in a bun, brown eyes and a round face",
    identity=Identity(
        male=-0.7, age=0.95, face_width=0.25, face_length=-0.35, forehead=-0.2, cheekbones=0.25, jaw=-0.2, taper=-0.2,
        fat=0.45, nose=0.2, nose_width=0.3, nose_tip=-0.3, eye_open=-0.2, eye_tilt=-0.2, lips=-0.2, ears=0.3, neck=0.2,
        smile_up=0.6, smile_skew=0.2,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.44, 0.250, 0.165), blood=(0.46, 0.165, 0.115), shade=(0.27, 0.140, 0.100), redness=0.6,
            under_eyes=1.0, oil=0.6, pores=1.15, moles=5, age=0.9,
        ),
        lips=LipLook(color=(0.37, 0.130, 0.110), amount=0.7, gloss=0.6, roughness=0.42),
        eyes=EyeLook(inner=(0.12, 0.055, 0.020), outer=(0.050, 0.024, 0.011), pupil=0.32),
        brows=BrowLook(hairs=420, color=(0.130, 0.092, 0.066), thickness=0.34, length=0.44),
        lashes=LashLook(hairs=80, length=0.36, line_opacity=0.5),
        hair=HairLook(
            style="bun", dark=(0.185, 0.179, 0.172), light=(0.44, 0.43, 0.42), strands=1690, width=0.060,
            length=22.0, wave=0.25, grey=0.6,
            hairline=((0, 10.4), (22, 10.5), (40, 9.6), (52, 7.6), (62, 5.0), (70, 3.0), (80, 4.0), (100, 4.5),
                      (115, 0.0), (135, -4.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.095, 0.030, 0.045), kind="vneck", weave="rib", neckline_depth=3.6, band=1.4, shoulder_width=0.98,
            folds=0.8, fold_seed=41, buttons=True, button_color=(0.30, 0.24, 0.19),
        ),
        seed=4,
    ),
)  # fmt: skip
