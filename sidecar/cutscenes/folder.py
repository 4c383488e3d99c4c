"""The one folder in which clients' cutscenes are read and written."""

from __future__ import annotations

import os
import re
from pathlib import Path

from rsatalker.errors import RsaTalkerError
from sidecar.cutscenes.job import LARGEST_SCRIPT, CutsceneJob
from sidecar.errors import InvalidRequestError, LimitError, NotFoundError, SidecarError
from sidecar.network.state_folder import state_folder

FOLDER_NAME = "cutscenes"  # in the user's state folder
TEXT_NAME = "script_toml"  # what messages call a script that was sent as text
LONGEST_PATH = 200  # characters: Windows takes 260 of the whole name
# What some file system does not take in a name, or takes for something else: a drive, a stream of a file, a pattern.
ODD_SIGNS = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
# What Windows takes for a device in any folder, whatever ending follows.
DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\xb9\xb2\xb3]) *(\..*)?", re.IGNORECASE | re.DOTALL
)


def default_folder() -> Path:
    """Return where cutscenes lie unless somebody says otherwise; it may not exist yet."""
    return state_folder() / FOLDER_NAME


class CutsceneFolder:
    """Makes jobs of what clients ask for, and refuses what would leave the folder.

    Attributes:
        root: The folder; made when it is first needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def job(self, script_toml: str, script_path: str, output_path: str) -> CutsceneJob:
        """Return what is to be rendered; the script has been checked, and the output folder exists.

        Args:
            script_toml: The script; its files are relative to the folder.
            script_path: Or where it lies in the folder; its files are relative to where it lies.
            output_path: In the folder.

        Raises:
            InvalidRequestError: Not exactly one script, or a path that is odd or leads out of the folder.
            NotFoundError: There is no such script.
            ScriptError: The script says what cannot be.
            LimitError: The script is too large, or there is no room.
        """
        if bool(script_toml) == bool(script_path):
            given = "both are set" if script_toml else "neither is set"
            raise InvalidRequestError(f"Exactly one of script_toml and script_path is expected; {given}.")
        self._make(self.root)
        if script_path:
            script, file = self._read(script_path)
            place, name, folder = script_path, file.stem, file.parent
        else:
            script, place, name, folder = script_toml, TEXT_NAME, "cutscene", self.root
        _check_size(len(script.encode()), place)
        out = self._inside("output_path", output_path)
        job = CutsceneJob(script, place, name, str(folder), str(self.root), str(out))
        try:
            job.read()
        except RsaTalkerError as error:
            raise type(error)(self.without_root(str(error))) from error
        self._make(out)
        return job

    def without_root(self, sentence: str) -> str:
        """Return a sentence whose paths begin in the folder: where it lies is nobody's business on the LAN."""
        for root in {str(self.root), str(self.root.resolve())}:
            sentence = sentence.replace(root + os.sep, "").replace(root, "the folder of cutscenes")
        return sentence

    def _read(self, script_path: str) -> tuple[str, Path]:
        """Return the text of a script and where it lies."""
        file = self._inside("script_path", script_path)
        try:
            if not file.is_file():
                raise NotFoundError(
                    f"There is no script {script_path!r} in the folder of cutscenes; put it there first."
                )
            with file.open("rb") as opened:
                data = opened.read(LARGEST_SCRIPT + 1)
            _check_size(len(data), script_path)
            return data.decode(), file
        except OSError as error:
            raise InvalidRequestError(f"{script_path} cannot be read ({error.strerror}); may the sidecar?") from error
        except UnicodeDecodeError as error:
            raise InvalidRequestError(
                f"{script_path} is no text in UTF-8 ({error}); a script is a TOML file."
            ) from error

    def _inside(self, field: str, given: str) -> Path:
        """Return the place of a relative path in the folder."""
        from rsatalker.cutscenes.fields import is_inside

        parts = given.split("/")
        if not given or len(given) > LONGEST_PATH or ODD_SIGNS.search(given) or any(map(_is_odd, parts)):
            raise InvalidRequestError(
                f"{field} is {given[:LONGEST_PATH]!r}; expected a relative path in the folder of cutscenes, such as "
                f'"night/one", with at most {LONGEST_PATH} characters, forward slashes and without "..".'
            )
        path = self.root.joinpath(*parts)
        if not is_inside(path, self.root):
            raise InvalidRequestError(f"{field} is {given!r}, which leads out of the folder of cutscenes by a link.")
        return path

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise InvalidRequestError(
                self.without_root(f"{folder} is a file; name a folder for the results.")
            ) from error
        except OSError as error:
            raise SidecarError(
                self.without_root(f"{folder} cannot be made ({error.strerror}); see --cutscenes of `rsatalker serve`.")
            ) from error


def _is_odd(part: str) -> bool:
    """Return whether a part of a path is empty, goes up, ends in what Windows forgets, or is a device there."""
    return not part or part[-1] in ". " or part[0] == " " or DEVICE.fullmatch(part) is not None


def _check_size(size: int, place: str) -> None:
    if size > LARGEST_SCRIPT:
        raise LimitError(f"{place} has more than {LARGEST_SCRIPT} bytes; split the scene into several scripts.")
