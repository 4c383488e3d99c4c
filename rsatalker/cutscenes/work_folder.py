"""What a render keeps beside its files: motion, sound and finished chunks, so that a stopped one goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import rsatalker
from rsatalker.cutscenes.chunk import TIMES_NAME, segment_name
from rsatalker.cutscenes.disk_space import VIDEOS, Finished
from rsatalker.cutscenes.folder_lock import locked_alone
from rsatalker.cutscenes.motion import write_motion
from rsatalker.cutscenes.pose_rows import SceneMotion
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.sound import Mix, read_mix, write_mix
from rsatalker.errors import OutputError
from rsatalker.exports.segments import CODECS
from rsatalker.whole_files import remove_drafts

LOCK_NAME = "lock"  # of the work folder; empty
VIDEO_SUFFIXES = tuple(kind.suffix for kind in CODECS.values())
# What decides how heads move and sound; also the weights of the model lie there.
MOTION_CODE = ("motion", "speech", "cutscenes", "talker.py")


class WorkFolder:
    """The folder of one scene's unfinished work: `.NAME.work` beside its files.

    Args:
        out: Where the scene's files go.
        name: Of the scene.

    Raises:
        OutputError: The folder cannot be made.
    """

    def __init__(self, out: Path, name: str) -> None:
        self.path = out / f".{name}.work"
        self.chunks = self.path / "chunks"
        try:
            self.chunks.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"the folder {self.path} cannot be made ({error.strerror}); name another place for the files."
            ) from error

    @contextmanager
    def claimed(self) -> Generator[None]:
        """Keep others from rendering into it as long as the context is open, and remove what a crash left behind.

        Raises:
            OutputError: Another program renders into it.
        """
        with locked_alone(self.path / LOCK_NAME) as is_ours:
            if not is_ours:
                raise OutputError(
                    f"another program is rendering into {self.path} just now; wait for its end, or name another place "
                    "for the files."
                )
            for folder in (self.chunks, self.path):
                remove_drafts(folder)
            yield

    def motion(self, cutscene: Cutscene, advance: Callable[[float], None]) -> SceneMotion:
        """Return the scene's motion, made now unless it is there."""
        path = self._motion_path(cutscene)
        if not path.exists():
            write_motion(cutscene, path, advance)
        return SceneMotion.load(path)

    def has_motion(self, cutscene: Cutscene) -> bool:
        """Return whether the scene's motion is made."""
        return self._motion_path(cutscene).exists()

    def mix(self, cutscene: Cutscene) -> Mix:
        """Return the scene's sound, mixed now unless it is there."""
        seen = repr((cutscene.shots, cutscene.output.frame_rate)) if cutscene.panning == "camera" else ""
        digest = hashlib.sha256((_heard_digest(cutscene) + cutscene.panning + seen).encode()).hexdigest()[:24]
        path = self.path / f"mix-{digest}.wav"
        return read_mix(path) if path.exists() else write_mix(cutscene, path)

    def has(self, key: str) -> bool:
        """Return whether a chunk is finished."""
        return (self.chunks / key).is_dir()

    def keep_only(self, keys: Iterable[str], cutscene: Cutscene, mix: Mix) -> None:
        """Remove what a finished render no longer needs: chunks, motion and sound of an older script."""
        wanted = {LOCK_NAME, *keys, self._motion_path(cutscene).name, mix.path.name, mix.path.with_suffix(".json").name}
        for path in (*self.chunks.iterdir(), *(path for path in self.path.iterdir() if path != self.chunks)):
            if path.name not in wanted:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _motion_path(self, cutscene: Cutscene) -> Path:
        return self.path / f"motion-{_heard_digest(cutscene)}.f32"

    def finished(self, complete: Sequence[Path]) -> Finished:
        """Return what is written: here, and as complete files elsewhere."""
        chunks = [chunk for chunk in self.chunks.iterdir() if (chunk / TIMES_NAME).exists()]
        videos = {kind: sum(_size(chunk / segment_name(kind)) for chunk in chunks) for kind in VIDEOS}
        others = [path for path in self.path.iterdir() if path != self.chunks]
        others += [path for path in complete if path.is_file() and not path.name.endswith(VIDEO_SUFFIXES)]
        return Finished(
            frames=sum(json.loads((chunk / TIMES_NAME).read_text(encoding="utf-8"))["frames"] for chunk in chunks),
            chunk_bytes=sum(_size(path) for chunk in chunks for path in chunk.rglob("*")),
            video_bytes={kind: size for kind, size in videos.items() if size},
            other_bytes=sum(_size(path) for path in others),
        )


def _size(path: Path) -> int:
    """Return a file's bytes; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def _heard_digest(cutscene: Cutscene) -> str:
    """Return a hash of all that motion and sound follow from."""
    parts = (
        cutscene.participants, cutscene.relationship, cutscene.clips, cutscene.changes, cutscene.duration_s,
        cutscene.seed,
    )  # fmt: skip
    digest = hashlib.sha256((repr(parts) + _motion_code_digest()).encode())
    for file in sorted({clip.file for clip in cutscene.clips}):
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()[:24]


@cache
def _motion_code_digest() -> str:
    digest = hashlib.sha256()
    package = Path(rsatalker.__path__[0])
    for name in MOTION_CODE:
        root = package / name
        files = (
            [root] if root.is_file() else [path for path in root.rglob("*") if path.suffix in (".py", ".safetensors")]
        )
        for file in sorted(files):
            digest.update(file.read_bytes())
    return digest.hexdigest()
