"""Bruno: a heavy man."""

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

BRUNO = Character(
    name="bruno",
    description="a heavy man with brown hair, hazel eyes and a full beard",
    identity=Identity(
        male=0.8, age=0.4, face_width=0.55, face_length=0.05, forehead=-0.1, brow_ridge=0.2, cheekbones=-0.1, jaw=0.2,
        taper=-0.3, chin=-0.05, fat=1.1, nose=0.3, nose_width=0.5, nose_tip=0.15, eye_open=-0.2, eye_spacing=0.1,
        lips=-0.05, mouth_width=0.1, ears=0.2, ears_out=0.3, neck=0.5,
        smile_up=-0.2, smile_skew=0.2,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.455, 0.245, 0.170), blood=(0.48, 0.150, 0.102), shade=(0.32, 0.160, 0.115), redness=0.55,
            under_eyes=0.8, oil=1.1, pores=1.3, moles=4, age=0.4,
        ),
        lips=LipLook(color=(0.36, 0.148, 0.118), amount=0.52, gloss=0.5, roughness=0.40),
        eyes=EyeLook(inner=(0.20, 0.125, 0.045), outer=(0.075, 0.065, 0.035), pupil=0.33),
        brows=BrowLook(hairs=620, color=(0.045, 0.028, 0.018), thickness=0.48, length=0.50),
        lashes=LashLook(hairs=66, length=0.32, line_opacity=0.45),
        hair=HairLook(
            style="short", dark=(0.048, 0.030, 0.019), light=(0.135, 0.086, 0.053), strands=2750, width=0.039,
            length=1.7, side_length=0.9, shine=0.50, comb=5.0, volume=0.5,
            hairline=((0, 10.6), (22, 10.9), (36, 10.2), (47, 8.6), (55, 6.6), (62, 4.6), (70, 2.4), (76, 3.2),
                      (86, 4.4), (100, 4.0), (112, 2.0), (130, -3.0), (150, -5.0), (180, -5.0)),
        ),
        cloth=ClothLook(
            color=(0.030, 0.062, 0.042), kind="shirt", weave="check", second_color=(0.012, 0.014, 0.016),
            neckline_depth=4.6, band=1.0, band_lift=0.08, shoulder_width=1.24, fold_seed=71, buttons=True,
            button_color=(0.30, 0.27, 0.22),
        ),
        stubble=StubbleLook(amount=0.78, color=(0.110, 0.075, 0.055), dots=250),
        beard=BeardLook(length=1.0, dark=(0.036, 0.022, 0.014), light=(0.098, 0.060, 0.036), strands=2550, width=0.022),
        seed=7,
    ),
)  # fmt: skip
