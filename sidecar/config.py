"""What can be set of a sidecar: defaults < `--config file.toml` < command line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_type_hints

from rsatalker.avatars.level_of_detail import LEAST_SHARE
from sidecar.errors import ConfigError

DEFAULT_PORT = 50551
LARGEST_FRAME_PX = 4096  # along one side; a headset's eye has about 2000
ORIGIN = re.compile(r"https?://[^/\s]+")  # RFC 6454: what browsers send; with a path it would never match
RendererChoice = Literal["auto", "cpu", "gsplat", "reference"]


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Options of `rsatalker serve`.

    Attributes:
        host: Loopback address to listen on.
        port: TCP port of gRPC; 0 takes a free one.
        http_port: TCP port of HTTP; without it, the one after gRPC's, or a free one if that is taken.
        allowed_origins: Web pages that may call over HTTP, e.g. https://localhost:8443.
        web: Folder of the web client (engine_plugins/web of the project, after npm install there): serve its page, too,
            and print its address with a code that opens it.
        lan: Also listen on the LAN, with TLS, and announce the sidecar there.
        interface: Network interfaces for --lan, by name or address; without it, the only one.
        insecure_lan: As --lan, but without TLS: whoever listens on the LAN hears voices and reads the token.
        a2f_without_token: Let clients of Audio2Face-3D on this machine, which know no token, stream audio without one.
        renderer: What draws the heads; auto takes gsplat on a CUDA device, else the CPU.
        threads: Threads of the CPU renderer; 0 takes one for each core.
        detail: Share of the full number of Gaussians on each head.
        least_detail: A head that is far away, or drawn small because the machine is busy, shows fewer of its Gaussians,
            down to this share of them; 1: never.
        frame_rate_hz: Frames per second of each head at most.
        idle_frame_rate_hz: The same while nobody speaks and no engine is attached.
        frame_size_px: Width and height of a frame when a client asks for none.
        least_frame_scale: Frames are drawn smaller, down to this share of the width and height that the client asked
            for, where the machine cannot draw 30 a second of every head; 1: never.
        admit_by_load: Refuse a conversation that the machine cannot hold beside the others, by what those cost.
        max_conversations: Conversations at a time, also if the machine could hold more; an audio stream of a client of
            Audio2Face-3D counts as one.
        lease_s: A conversation without any call for so long is closed.
        motion_lead_ms: How far motion runs ahead of playback while somebody speaks.
        checkpoint: Weights of the motion model; the bundled ones if left out.
        avatars: Folder with a folder of each fitted avatar to offer beside the cast; see `rsatalker fit-avatar`.
        cutscenes: Folder in which cutscenes of clients are read and written; in the user's state folder if left out.
        warm_up: Compile and load what the first conversation needs before serving.
        stop_with: Process id; the sidecar ends when that process does, however it ends. 0: it stands by itself.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    http_port: int | None = None
    allowed_origins: tuple[str, ...] = ()
    web: Path | None = None
    lan: bool = False
    interface: tuple[str, ...] = ()
    insecure_lan: bool = False
    a2f_without_token: bool = False
    renderer: RendererChoice = "auto"
    threads: int = 0
    detail: float = 1.0
    least_detail: float = LEAST_SHARE
    frame_rate_hz: int = 60
    idle_frame_rate_hz: int = 15
    frame_size_px: int = 512
    least_frame_scale: float = 0.5
    admit_by_load: bool = True
    max_conversations: int = 32
    lease_s: float = 30.0
    motion_lead_ms: int = 500
    checkpoint: Path | None = None
    avatars: Path | None = None
    cutscenes: Path | None = None
    warm_up: bool = True
    stop_with: int = 0

    def __post_init__(self) -> None:
        if self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ConfigError(
                f"host is {self.host!r}; the sidecar listens on loopback only: 127.0.0.1, ::1 or localhost."
            )
        self._check_range("port", 0, 65535)
        if self.http_port is not None:
            self._check_range("http_port", 0, 65535)
        for origin in self.allowed_origins:
            if not ORIGIN.fullmatch(origin):
                raise ConfigError(
                    f"allowed_origins has {origin!r}; expected scheme, host and port of a page alone, such as "
                    "https://localhost:8443."
                )
        if self.lan and self.insecure_lan:
            raise ConfigError("lan and insecure_lan contradict each other: choose TLS (lan) or none (insecure_lan).")
        if self.a2f_without_token and (self.lan or self.insecure_lan):
            raise ConfigError("a2f_without_token is for this machine only: leave it out, or --lan.")
        if self.interface and not (self.lan or self.insecure_lan):
            raise ConfigError("interface is for --lan: without it, the sidecar listens on this machine only.")
        self._check_range("threads", 0, 1024)
        self._check_range("detail", 0.05, 1.0)
        self._check_range("least_detail", LEAST_SHARE, 1.0)
        self._check_range("frame_rate_hz", 1, 240)
        self._check_range("idle_frame_rate_hz", 1, 240)
        self._check_range("frame_size_px", 16, LARGEST_FRAME_PX)
        self._check_range("least_frame_scale", 0.25, 1.0)
        self._check_range("max_conversations", 1, 64)
        self._check_range("lease_s", 1, 3600)
        self._check_range("motion_lead_ms", 200, 4000)
        if self.renderer not in get_args(RendererChoice):
            raise ConfigError(f"renderer is {self.renderer!r}; expected one of {', '.join(get_args(RendererChoice))}.")

    def _check_range(self, name: str, lowest: float, highest: float) -> None:
        value: Any = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise ConfigError(f"{name} is {value!r}; expected {lowest} to {highest}.")


def read_options(path: Path) -> ServeOptions:
    """Return the defaults with what a TOML file sets.

    Raises:
        ConfigError: The file is missing, no TOML, or sets something that does not exist or does not fit.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"The configuration file {path} does not exist.") from error
    except OSError as error:
        raise ConfigError(f"The configuration file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {path} is no TOML: {error}.") from error
    known = {option.name for option in fields(ServeOptions)}
    unknown = sorted(settings.keys() - known)
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        meant = f"; did you mean {near[0]}?" if near else "."
        raise ConfigError(
            f"The configuration file {path} sets {', '.join(unknown)}, which does not exist{meant} Options are "
            f"{', '.join(sorted(known))}."
        )
    for name, value in settings.items():
        settings[name] = _fitting(path, name, value)
    return ServeOptions(**settings)


def _fitting(path: Path, name: str, value: object) -> object:
    """Return a value in its option's type, or raise ConfigError."""
    wanted = get_type_hints(ServeOptions)[name]
    if wanted == Path | None:
        if isinstance(value, str):
            return Path(value)
        raise ConfigError(f"The configuration file {path} sets {name} to {value!r}; expected the name of a file, text.")
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(one, str) for one in cast(list[object], value)):
            return tuple(cast(list[str], value))
        raise ConfigError(f"The configuration file {path} sets {name} to {value!r}; expected a list of strings.")
    if wanted == int | None:
        wanted = int
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted in (int, float, str, bool) and type(value) is not wanted:
        raise ConfigError(f"The configuration file {path} sets {name} to {value!r}; expected {wanted.__name__}.")
    return value
