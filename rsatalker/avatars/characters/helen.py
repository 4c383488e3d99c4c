"""Helen: a lean, fine-boned woman past fifty."""

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

HELEN = Character(
    name="helen",
    description="a slim woman past fifty with a fine-boned face, grey eyes and ash-blond hair",
    identity=Identity(
        male=-0.6, age=0.5, face_width=-0.5, face_length=0.1, forehead=0.15, brow_height=0.1, cheekbones=0.75, jaw=0.1,
        taper=0.2, chin=0.25, fat=-0.6, nose=0.1, nose_width=-0.4, nose_bridge=0.4, nose_hump=0.35, eye_open=0.05,
        eye_tilt=0.1, lips=-0.1, mouth_width=0.1, neck=-0.7,
        smile_up=0.2, smile_skew=0.2,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.520, 0.308, 0.220), blood=(0.53, 0.195, 0.142), shade=(0.38, 0.210, 0.160), redness=0.5,
            under_eyes=0.8, blush=0.08, oil=0.6, pores=0.9, moles=3, age=0.6,
        ),
        lips=LipLook(color=(0.42, 0.158, 0.138), amount=0.7, gloss=0.7, roughness=0.38),
        eyes=EyeLook(inner=(0.20, 0.21, 0.20), outer=(0.075, 0.090, 0.105), pupil=0.31),
        brows=BrowLook(hairs=460, color=(0.13, 0.088, 0.055), thickness=0.32, length=0.42, arch=0.15),
        lashes=LashLook(hairs=96, length=0.42, line_opacity=0.65, line_width=0.026),
        hair=HairLook(
            style="bob", dark=(0.19, 0.122, 0.066), light=(0.50, 0.365, 0.215), strands=2100, width=0.049,
            length=17.2, part=-1.6, wave=0.08, grey=0.18, shine=0.8,
            hairline=((0, 10.4), (22, 10.5), (40, 9.6), (52, 7.6), (62, 5.0), (70, 3.0), (80, 4.0), (100, 4.5),
                      (115, 0.0), (135, -4.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.020, 0.022, 0.030), kind="roll", weave="rib", collar_height=-9.9, neckline_depth=1.0, band=2.8,
            band_lift=0.32, shoulder_width=0.93, folds=0.7, fold_seed=81,
        ),
        seed=8,
    ),
)  # fmt: skip
