"""What each part of a head is made of; appearance and rig both ask for it."""

from enum import IntEnum


class Region(IntEnum):
    """The kind of surface that a vertex or quad belongs to."""

    FACE = 0  # skin from the chin to the hairline, lips and lids included
    SCALP = 1  # skin of the cranium, where hair grows
    MOUTH_BAG = 2  # wet skin behind the lips
    EYE_SOCKET = 3  # wet edge of the lids and what lies behind it
    GUM = 4
    TONGUE = 5
    TEETH = 6
    EYEBALL = 7
    EAR = 8
    NECK = 9
    BODY = 10  # shoulders and chest, to be covered by cloth
    NOSTRIL = 11  # inside of the nose
