"""Heads made by our own code: topology, sculpture, identity and rig."""

from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity

__all__ = ["Identity", "build_head"]
