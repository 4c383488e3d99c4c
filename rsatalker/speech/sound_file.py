"""Sound files, block by block: libsndfile reads what it knows, FFmpeg's libraries what phones and browsers record."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import soundfile
from jaxtyping import Float32

from rsatalker.errors import AudioError

SOUND_KINDS = "WAV, FLAC, MP3, Ogg, Opus, M4A, AAC, MP4 or WebM"
CONTAINERS = "aac,aiff,amr,asf,avi,caf,flac,matroska,mov,mp3,ogg,wav"  # no playlist: a voice must not name other files
ENCRYPTED_TAGS = ("drms", "enca")  # sample entries of FairPlay and of MPEG common encryption (ISO/IEC 23001-7)
TELLS_LENGTH = ("mov", "matroska")  # containers whose header says how long they were when they were whole
MISSING_S = 0.25  # of what a header promises, from which on a file is called cut off; packets last up to .06 s
UNKNOWN_LENGTH = 0x7FFF_0000  # WAV from a pipe: eSpeak, SoX and FFmpeg write this or more for bytes yet to come


class SoundFile:
    """One sound file, open to be read once from its start; a context.

    Attributes:
        path: Where it lies.
        channels: How many.
        sample_rate_hz: Samples per second of each.
        claimed_count: Samples of each channel that the file's header speaks of; 0 if it does not say.

    Raises:
        AudioError: The file is missing, cut off, encrypted, or holds no sound that can be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = _existing(Path(path))
        try:
            sound: _Libsndfile | _Ffmpeg = _Libsndfile(self.path)
        except (soundfile.LibsndfileError, TypeError) as error:  # a TypeError for .raw, which has no header
            sound = _Ffmpeg(self.path, getattr(error, "error_string", str(error)).rstrip("."))
        self._sound = sound
        self.channels, self.sample_rate_hz, self.claimed_count = (
            sound.channels,
            sound.sample_rate_hz,
            sound.claimed_count,
        )

    def __enter__(self) -> SoundFile:
        """Return itself; `__exit__` closes the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; again does nothing."""
        self._sound.close()

    def read(self, count: int) -> Float32[np.ndarray, "C S"]:
        """Return the next samples, fewer than asked for only at the end.

        Raises:
            AudioError: The file is damaged or cut off.
        """
        return np.ascontiguousarray(self._sound.read(count))

    def count(self) -> int:
        """Return how many samples each channel has; reads to the end where the header does not say it exactly."""
        return self._sound.count()


class _Libsndfile:
    """WAV, FLAC, MP3, Ogg, Opus and the like."""

    def __init__(self, path: Path) -> None:
        _refuse_cut_wav(path)
        self._path = path
        self._file = soundfile.SoundFile(str(path))
        self.channels, self.sample_rate_hz = int(self._file.channels), int(self._file.samplerate)
        self.claimed_count = int(self._file.frames)
        self.close = self._file.close

    def read(self, count: int) -> np.ndarray:
        try:
            return self._file.read(count, dtype="float32", always_2d=True).T
        except soundfile.LibsndfileError as error:
            raise _damaged(self._path, self._file.tell() / self.sample_rate_hz) from error

    def count(self) -> int:
        return self.claimed_count


class _Ffmpeg:
    """M4A, AAC, MP4, WebM and what else FFmpeg's libraries decode; the first of its sound tracks."""

    def __init__(self, path: Path, refusal: str) -> None:
        import av  # a tenth of a second, and most voices need it not
        from av.error import FFmpegError

        self._av, self._failure, self._path = av, FFmpegError, path
        options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
        try:
            self._container = av.open(f"file:{path}", options=options, metadata_errors="replace")
        except FFmpegError as error:
            raise AudioError(
                f"{path} cannot be read as audio ({refusal}); give a {SOUND_KINDS} file, as `ffmpeg -i {path.name} "
                "voice.wav` makes one."
            ) from error
        try:
            first = self._open_track()
        except BaseException:
            self._container.close()
            raise
        self.channels, self.sample_rate_hz = len(first.layout.channels), int(first.sample_rate)
        self.claimed_count = round(self._claimed_s() * self.sample_rate_hz)
        self._ready = [first]
        self._read_count = 0
        self._frames = self._planes()
        self._left = np.zeros((self.channels, 0), np.float32)
        self.close = self._container.close

    def _open_track(self) -> Any:
        """Choose the track and return its first frame."""
        tracks = self._container.streams.audio
        if not tracks:
            raise AudioError(f"{self._path} holds no sound; give a {SOUND_KINDS} file with a voice in it.")
        context: Any = tracks[0].codec_context
        if context is None:
            raise AudioError(f"{self._path} has sound of a kind that no decoder here knows; give a {SOUND_KINDS} file.")
        if _tag_of(context) in ENCRYPTED_TAGS:
            raise AudioError(f"{self._path} is encrypted (DRM); give a file without it, such as your own recording.")
        self._decoded = self._container.decode(tracks[0])
        try:
            first = next(self._decoded, None)
        except self._failure as error:
            raise _damaged(self._path, 0) from error
        if first is None:
            raise AudioError(f"{self._path} is empty; give at least one sample.")
        return first

    def _claimed_s(self) -> float:
        track, container = self._container.streams.audio[0], self._container
        if not container.format.name.startswith(TELLS_LENGTH):
            return 0.0
        if track.duration is not None and track.time_base is not None:
            return float(track.duration * track.time_base)
        if len(container.streams) == 1 and container.duration is not None:  # beside a picture, that may be the longer
            return container.duration / self._av.time_base
        return 0.0

    def _planes(self) -> Iterator[np.ndarray]:
        """Return the samples of the track, one frame a time, channels first."""
        to_planes = self._av.AudioResampler(format="fltp")
        try:
            for frame in chain(self._ready, self._decoded, [None]):
                for converted in to_planes.resample(frame):
                    planes = converted.to_ndarray()
                    if len(planes) != self.channels:
                        raise ValueError(f"{len(planes)} channels in place of {self.channels}")
                    yield planes
        except (self._failure, ValueError) as error:  # a ValueError where channels or rate change
            raise _damaged(self._path, self._read_count / self.sample_rate_hz) from error

    def read(self, count: int) -> np.ndarray:
        parts, have = [self._left], self._left.shape[1]
        while have < count and (part := next(self._frames, None)) is not None:
            parts.append(part)
            have += part.shape[1]
        samples = np.concatenate(parts, axis=1)
        out, self._left = samples[:, :count], samples[:, count:]
        self._read_count += out.shape[1]
        if out.shape[1] < count:
            _refuse_cut(self._path, self.claimed_count / self.sample_rate_hz, self._read_count / self.sample_rate_hz)
        return out

    def count(self) -> int:
        while self.read(self.sample_rate_hz).shape[1]:
            pass
        return self._read_count


def _tag_of(context: Any) -> str:
    """Return what a container calls its codec; nothing for bytes that are no letters."""
    try:
        return context.codec_tag
    except UnicodeDecodeError:
        return ""


def _existing(path: Path) -> Path:
    try:
        is_file = path.is_file()
    except OSError as error:  # in a folder that may not be read, or a longer name than file systems take
        raise AudioError(f"{path} cannot be looked at ({error.strerror}); give a file that you may read.") from error
    if not is_file:
        raise AudioError(f"{path} does not exist or is no file; give a {SOUND_KINDS} file.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path} is empty; give a file with a voice in it.")
    return path


def _damaged(path: Path, good_s: float) -> AudioError:
    return AudioError(f"{path} is damaged after {good_s:.1f} s; copy or export it again.")


def _refuse_cut(path: Path, promised_s: float, present_s: float) -> None:
    if promised_s - present_s > MISSING_S:
        raise AudioError(
            f"{path} is cut off: its header promises {promised_s:.1f} s, {present_s:.1f} s are there; copy or export "
            "it again."
        )


def _refuse_cut_wav(path: Path) -> None:
    """Raise AudioError if a WAV's header promises more than the file holds: libsndfile would read on in silence."""
    try:
        with path.open("rb") as file:
            lengths = _wav_seconds(file, path.stat().st_size)
    except OSError as error:
        raise AudioError(f"{path} cannot be read ({error.strerror}); give a file that you may read.") from error
    if lengths:
        _refuse_cut(path, *lengths)


def _wav_seconds(file: BinaryIO, file_bytes: int) -> tuple[float, float] | None:
    """Return how long a WAV's samples are by its header and by its bytes; None if it is none or does not say."""
    if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
        return None
    bytes_per_s = 0
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            if not bytes_per_s or size >= UNKNOWN_LENGTH:
                return None
            return size / bytes_per_s, min(size, file_bytes - file.tell()) / bytes_per_s
        if name == b"fmt ":
            form = file.read(12)
            bytes_per_s = struct.unpack_from("<I", form, 8)[0] if len(form) == 12 else 0
            size -= len(form)
        file.seek(size + size % 2, 1)  # chunks begin at even bytes
    return None
