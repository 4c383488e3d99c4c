"""Hair styles by name: which way strands grow. Style space: centimetres, eyes' bridge at y = 3.7, crown at y = 14.5."""

from rsatalker.avatars.appearance.styles.curls import CURLS
from rsatalker.avatars.appearance.styles.long import BOB, LONG
from rsatalker.avatars.appearance.styles.short import SHORT
from rsatalker.avatars.appearance.styles.style import Style
from rsatalker.avatars.appearance.styles.tied import BUN

STYLES: dict[str, Style] = {"short": SHORT, "long": LONG, "bob": BOB, "bun": BUN, "curls": CURLS}
