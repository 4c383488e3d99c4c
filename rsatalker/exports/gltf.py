"""glTF 2.0 as one binary file: heads with joints, morph targets and their animation.

Extras that programs of one's own may read: `extras.sound` of the animation names the WAV beside the file, whose first
sample is heard at time 0; `extras.targetNames` of each mesh names the morph targets, as most importers expect.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rsatalker.exports.skinned import JOINT_NAMES, Curves, SkinnedHead, rest_offsets
from rsatalker.heads.head import JOINT_PARENTS

FLOAT, UNSIGNED_BYTE, UNSIGNED_INT = 5126, 5121, 5125  # component types of glTF
VERTEX_DATA, INDEX_DATA = 34962, 34963  # what a buffer view is for
COMPONENTS = {np.dtype(np.float32): FLOAT, np.dtype(np.uint8): UNSIGNED_BYTE, np.dtype(np.uint32): UNSIGNED_INT}
KINDS = {(): "SCALAR", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
GLB_MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942


def write_glb(
    path: Path, heads: Sequence[tuple[SkinnedHead, Curves]], frame_rate_hz: float, sound: str | None, name: str
) -> None:
    """Write heads and what they do.

    Args:
        path: The `.glb` to write.
        heads: Each with its curves, all of one length.
        frame_rate_hz: Of the curves, whose first instant is at time 0.
        sound: Name of a sound file beside this one.
        name: Of the animation.
    """
    document = _Document()
    channels: list[dict[str, Any]] = []
    samplers: list[dict[str, Any]] = []
    times = document.accessor(
        (np.arange(len(heads[0][1].weights)) / frame_rate_hz).astype(np.float32), with_bounds=True
    )

    def animate(node: int, path: str, values: np.ndarray) -> None:
        samplers.append({"input": times, "output": document.accessor(values), "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    for head, curves in heads:
        joints, mesh_node = _add_head(document, head)
        animate(mesh_node, "weights", curves.weights.reshape(-1))
        animate(joints[0], "translation", curves.translations)
        for joint, node in enumerate(joints):
            animate(node, "rotation", curves.rotations[:, joint])
    animation: dict[str, Any] = {"name": name, "channels": channels, "samplers": samplers}
    if sound is not None:
        animation["extras"] = {"sound": sound, "soundStartSeconds": 0.0}
    document.add("animations", animation)
    document.write(path)


def _add_head(document: _Document, head: SkinnedHead) -> tuple[list[int], int]:
    """Add a head; return the nodes of its joints and of its mesh."""
    joints, shares = head.influences()
    attributes = {
        "POSITION": document.accessor(head.vertices, VERTEX_DATA, with_bounds=True),
        "NORMAL": document.accessor(head.normals, VERTEX_DATA),
        "COLOR_0": document.accessor(head.colors, VERTEX_DATA),
        "JOINTS_0": document.accessor(joints.astype(np.uint8), VERTEX_DATA),
        "WEIGHTS_0": document.accessor(shares, VERTEX_DATA),
    }
    targets = [
        {"POSITION": document.sparse_accessor(len(head.vertices), *head.shape(index))}
        for index in range(len(head.shape_names))
    ]
    material = document.add(
        "materials",
        {"name": f"{head.name} skin", "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.6}},
    )
    primitive = {
        "attributes": attributes,
        "indices": document.accessor(head.faces.reshape(-1).astype(np.uint32), INDEX_DATA),
        "material": material,
        "targets": targets,
    }
    mesh = document.add(
        "meshes",
        {
            "name": head.name,
            "primitives": [primitive],
            "weights": [0.0] * len(targets),
            "extras": {"targetNames": list(head.shape_names)},
        },
    )
    nodes = [
        document.add("nodes", {"name": f"{head.name} {joint}", "translation": offset.tolist()})
        for joint, offset in zip(JOINT_NAMES, rest_offsets(head.joints), strict=True)
    ]
    for node, parent in zip(nodes, JOINT_PARENTS, strict=True):
        if parent >= 0:
            document.part("nodes", nodes[parent]).setdefault("children", []).append(node)
    place = document.add("nodes", {"name": f"{head.name} place", "children": [nodes[0]]})
    if not np.array_equal(head.world_from_head, np.eye(4)):  # which the format wants left out
        document.part("nodes", place)["matrix"] = head.world_from_head.T.reshape(-1).tolist()  # column by column
    inverse_binds = np.tile(np.eye(4, dtype=np.float32), (len(nodes), 1, 1))
    inverse_binds[:, 3, :3] = -head.joints  # transposed: column by column
    skin = document.add(
        "skins", {"joints": nodes, "skeleton": nodes[0], "inverseBindMatrices": document.accessor(inverse_binds)}
    )
    mesh_node = document.add("nodes", {"name": head.name, "mesh": mesh, "skin": skin})
    document.roots += [place, mesh_node]
    return nodes, mesh_node


class _Document:
    """The JSON and the bytes of one file."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self._parts: dict[str, list[dict[str, Any]]] = {}
        self._bytes = bytearray()

    def add(self, kind: str, part: dict[str, Any]) -> int:
        """Add a part and return its index."""
        self._parts.setdefault(kind, []).append(part)
        return len(self._parts[kind]) - 1

    def part(self, kind: str, index: int) -> dict[str, Any]:
        """Return a part that was added."""
        return self._parts[kind][index]

    def accessor(self, values: np.ndarray, target: int | None = None, *, with_bounds: bool = False) -> int:
        """Add an array, its first axis counting elements."""
        accessor: dict[str, Any] = {
            "bufferView": self._view(values, target),
            "componentType": COMPONENTS[values.dtype],
            "count": len(values),
            "type": KINDS[values.shape[1:]],
        }
        if with_bounds:
            accessor["min"] = np.atleast_1d(values.min(axis=0)).astype(float).tolist()
            accessor["max"] = np.atleast_1d(values.max(axis=0)).astype(float).tolist()
        return self.add("accessors", accessor)

    def sparse_accessor(self, count: int, indices: np.ndarray, values: np.ndarray) -> int:
        """Add vectors that are zero but for a few."""
        bounds = np.concatenate([values, np.zeros((1 if len(values) < count else 0, 3), np.float32)])
        if not len(bounds):
            bounds = np.zeros((1, 3), np.float32)
        accessor: dict[str, Any] = {
            "componentType": FLOAT,
            "count": count,
            "type": "VEC3",
            "min": bounds.min(axis=0).astype(float).tolist(),
            "max": bounds.max(axis=0).astype(float).tolist(),
        }
        if len(indices):
            accessor["sparse"] = {
                "count": len(indices),
                "indices": {"bufferView": self._view(indices.astype(np.uint32)), "componentType": UNSIGNED_INT},
                "values": {"bufferView": self._view(values.astype(np.float32))},
            }
        return self.add("accessors", accessor)

    def write(self, path: Path) -> None:
        """Write the file."""
        self.add("scenes", {"nodes": self.roots})
        document = {
            "asset": {"version": "2.0", "generator": "RSATalker"},
            "scene": 0,
            **self._parts,
            "buffers": [{"byteLength": len(self._bytes)}],
        }
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        with path.open("wb") as file:
            file.write(struct.pack("<III", GLB_MAGIC, 2, 12 + 8 + len(text) + 8 + len(self._bytes)))
            file.write(struct.pack("<II", len(text), JSON_CHUNK) + text)
            file.write(struct.pack("<II", len(self._bytes), BINARY_CHUNK))
            file.write(self._bytes)

    def _view(self, values: np.ndarray, target: int | None = None) -> int:
        data = np.ascontiguousarray(values).tobytes()
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._bytes), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self._bytes += data + b"\0" * (-len(data) % 4)
        return self.add("bufferViews", view)
