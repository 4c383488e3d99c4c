"""A corpus as an encoder hears it: log-mel is in the corpus itself, what a pretrained network says is kept beside it.

A network of 95 million weights needs about as long as the speech lasts, so each part is heard once and kept under
`encoded/NETWORK/`; an interrupted run goes on with the next part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np

from rsatalker.errors import AssetError
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.speech.encoders import LOG_MEL, heard_whole
from rsatalker.training.arrays import write_arrays
from rsatalker.training.examples import Example, part_paths, read_corpus, read_part

FULL_SCALE = 32767


def heard_by(encoder: str, corpus: Path, split: str) -> Iterator[Example]:
    """Yield all examples of a split, `training` or `held-out`, with the features of an encoder.

    Args:
        encoder: `log-mel` or the folder of a network (`speech/encoders.py`).
        corpus: Folder that `rsatalker corpus` made; for a network with `--sound`.
        split: Which part of it.

    Raises:
        AssetError: The corpus is missing or damaged, or keeps no sound for a network to hear.
        CheckpointError: The network cannot be used.
        ToolMissing: transformers is not installed.
    """
    if encoder == LOG_MEL:
        yield from read_corpus(corpus, split)
        return
    kept = corpus / "encoded" / network_key(Path(encoder))
    kept.mkdir(parents=True, exist_ok=True)
    for path in part_paths(corpus, split):
        yield from _part_heard_by(encoder, path, kept / path.name)


def network_key(folder: Path) -> str:
    """Return a name for a network that changes when its configuration or its weights do."""
    parts = [f"{path.name} {path.stat().st_size}".encode() for path in sorted(folder.glob("*.safetensors"))]
    config = folder / "config.json"
    parts.append(config.read_bytes() if config.is_file() else b"")
    return f"{folder.name}-{crc32(b''.join(parts)):08x}"


def _part_heard_by(encoder: str, path: Path, kept: Path) -> Iterator[Example]:
    examples = read_part(path, with_sound=not kept.exists())
    if not kept.exists():
        if not all(len(example.sound) for example in examples):
            raise AssetError(
                f"{path.parent} keeps no sound, and the network in {encoder} must hear it; make a corpus with "
                "`rsatalker corpus --sound`."
            )
        features = [_features_of(encoder, example) for example in examples]
        write_arrays(kept, {"features": np.concatenate(features), "count": np.array([len(f) for f in features])})
    try:
        with open_npz(kept) as archive:
            features = np.split(archive["features"], np.cumsum(archive["count"])[:-1])
    except (*NPZ_FAULTS, KeyError) as error:
        raise AssetError(f"{kept} cannot be read ({error}); delete it, and it is made again.") from error
    for example, its_features in zip(examples, features, strict=True):
        yield replace(example, features=its_features, sound=example.sound[:0])


def _features_of(encoder: str, example: Example) -> np.ndarray:
    sound = example.sound.astype(np.float32) / FULL_SCALE
    return heard_whole(encoder, sound[None]).features[0].astype(np.float16)
