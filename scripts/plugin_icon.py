"""Draw the icon of the Unreal plugin: two heads that face each other.

    python3 scripts/plugin_icon.py

Writes engine_plugins/unreal/RsaTalker/Resources/Icon128.png.
"""

from pathlib import Path

from PIL import Image, ImageDraw

ICON = Path(__file__).resolve().parents[1] / "engine_plugins" / "unreal" / "RsaTalker" / "Resources" / "Icon128.png"
SIZE_PX = 128  # what Unreal asks for
FINER = 4  # drawn larger, so that edges become smooth
HEADS = ((35, (232, 150, 96)), (93, (96, 160, 232)))  # middle, colour


def main() -> None:
    """Draw and write it."""
    image = Image.new("RGBA", (SIZE_PX * FINER, SIZE_PX * FINER), (24, 26, 32, 255))
    draw = ImageDraw.Draw(image)

    def ellipse(x: float, y: float, across: float, high: float, color: tuple[int, ...]) -> None:
        draw.ellipse([FINER * v for v in (x - across, y - high, x + across, y + high)], fill=color)

    for middle, color in HEADS:
        inward = 1 if middle < SIZE_PX / 2 else -1
        ellipse(middle, 54, 21, 27, color)
        ellipse(middle, 116, 27, 32, color)
        ellipse(middle + 21 * inward, 57, 4, 5, color)  # nose
        ellipse(middle + 11 * inward, 49, 3, 3, (24, 26, 32, 255))  # eye
    ellipse(47, 67, 4, 6, (24, 26, 32, 255))  # the mouth of the one who speaks
    ICON.parent.mkdir(parents=True, exist_ok=True)
    image.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS).save(ICON, optimize=True)
    print(f"{ICON} written")


if __name__ == "__main__":
    main()
