"""Gustav: how far age goes on a lean man."""

from rsatalker.avatars.appearance.look import (
    BeardLook,
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

GUSTAV = Character(
    name="gustav",
    description="an old man with thin white hair, a short white beard, blue eyes and a lined face",
    identity=Identity(
        male=0.8, age=1.0, face_width=-0.1, face_length=0.3, forehead=0.3, brow_ridge=0.5, brow_height=-0.2,
        cheekbones=0.3, jaw=0.0, chin=0.3, fat=-0.5, nose=0.5, nose_width=0.1, nose_bridge=0.4, nose_hump=0.7,
        nose_tip=-0.4, eye_open=-0.25, eye_tilt=-0.3, lips=-0.5, ears=0.8, ears_out=0.6, neck=-0.3,
        smile_up=-0.1, smile_skew=-0.4,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.475, 0.268, 0.192), blood=(0.50, 0.172, 0.124), shade=(0.34, 0.180, 0.140), redness=0.52,
            under_eyes=1.0, oil=0.6, pores=1.35, moles=6, age=1.0,
        ),
        lips=LipLook(color=(0.33, 0.150, 0.125), amount=0.48, gloss=0.4, roughness=0.46),
        eyes=EyeLook(inner=(0.17, 0.21, 0.23), outer=(0.060, 0.100, 0.150), pupil=0.29),
        brows=BrowLook(hairs=480, color=(0.270, 0.215, 0.165), thickness=0.48, length=0.52),
        lashes=LashLook(hairs=54, length=0.30, color=(0.05, 0.04, 0.035), line_opacity=0.38),
        hair=HairLook(
            style="short", dark=(0.33, 0.32, 0.31), light=(0.62, 0.60, 0.57), strands=2800, width=0.041,
            length=2.6, side_length=1.7, shine=0.7, comb=170.0, volume=0.14,
            hairline=((0, 12.4), (22, 13.0), (36, 12.2), (47, 9.8), (55, 7.2), (62, 5.0), (70, 2.8), (76, 3.4),
                      (86, 4.4), (100, 4.0), (112, 2.0), (130, -3.0), (150, -5.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.150, 0.130, 0.098), weave="cable", fleck=0.06, neckline_depth=1.8, band=2.0, band_lift=0.26,
            shoulder_width=1.06, folds=0.6, fold_seed=31,
        ),
        stubble=StubbleLook(amount=0.25, color=(0.40, 0.33, 0.29), dots=250),
        beard=BeardLook(length=0.75, dark=(0.25, 0.205, 0.16), light=(0.56, 0.49, 0.41), strands=2560, width=0.022),
        seed=3,
    ),
)  # fmt: skip
