"""The assemblies of the Unity package, compiled as Unity compiles them; each once, when it is asked for first."""

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unity_toolchain import Assembly, Compiler, environment

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "engine_plugins" / "unity" / "com.rsatalker.sidecar"
STUBS = ROOT / "tests" / "engine_stubs" / "unity"
PROGRAMS = ROOT / "tests" / "unity" / "programs"


@dataclass(frozen=True)
class Sources:
    """Files of C#, what they use, and symbols, separated by semicolons."""

    files: list[Path]
    references: list[Assembly]
    defines: str = ""


class UnityPackage:
    """Compiled assemblies.

    Args:
        folder: Where they are written.
        compiler: Unity's.
    """

    def __init__(self, folder: Path, compiler: Compiler) -> None:
        self.folder = folder
        self.compiler = compiler

    @cached_property
    def protocol(self) -> Assembly:
        return self._compiled("RsaTalker.Sidecar.Protocol.dll", PACKAGE / "Runtime" / "Protocol")

    @cached_property
    def engine(self) -> Assembly:
        """The stub of the engine."""
        others = ("NUnit.cs", "RunTests.cs", "Editor.cs", "EditorScenes.cs")
        return self.compiler.compile(
            self.folder / "UnityEngine.dll", [file for file in STUBS.glob("*.cs") if file.name not in others]
        )

    @cached_property
    def engine_editor(self) -> Assembly:
        """The stub of the editor."""
        sources = [STUBS / "Editor.cs", STUBS / "EditorScenes.cs"]
        return self.compiler.compile(self.folder / "UnityEditor.dll", sources, [self.engine])

    @cached_property
    def editor(self) -> Assembly:
        return self._written("RsaTalker.Sidecar.Editor.dll", self.editor_sources)

    @cached_property
    def adapters(self) -> Assembly:
        return self._written("RsaTalker.Sidecar.dll", self.adapter_sources)

    @property
    def adapter_sources(self) -> Sources:
        """What plays, beside the protocol."""
        files = [file for file in (PACKAGE / "Runtime").rglob("*.cs") if "Protocol" not in file.parts]
        return Sources(files, [self.protocol, self.engine])

    @property
    def editor_sources(self) -> Sources:
        references = [self.protocol, self.engine, self.engine_editor, self.adapters]
        return Sources(list((PACKAGE / "Editor").rglob("*.cs")), references)

    @cached_property
    def play_session(self) -> Assembly:
        return self.program("PlaySession", self.protocol, self.engine, self.adapters)

    @cached_property
    def nunit(self) -> Assembly:
        return self.compiler.compile(self.folder / "nunit.framework.dll", [STUBS / "NUnit.cs"])

    @cached_property
    def edit_mode_tests(self) -> Assembly:
        name = "RsaTalker.Sidecar.Tests.EditMode.dll"
        return self._compiled(name, PACKAGE / "Tests" / "EditMode", self.protocol, self.nunit)

    @cached_property
    def test_runner(self) -> Assembly:
        return self.compiler.compile(self.folder / "RunTests.exe", [STUBS / "RunTests.cs"], [self.nunit])

    def toolkit(self, major: int) -> tuple[Assembly, Assembly]:
        """Return stubs of the XR Interaction Toolkit, 2 or 3: what plays, and its menu."""
        target = self.folder / f"Unity.XR.Interaction.Toolkit.{major}"
        defines = f"XRI_{major}"
        sources = [STUBS / "xr" / "InteractionToolkit.cs"]
        plays = self.compiler.compile(target.with_name(f"{target.name}.dll"), sources, [self.engine], defines)
        references = [self.engine, self.engine_editor, plays]
        sources = [STUBS / "xr" / "InteractionToolkitEditor.cs"]
        return plays, self.compiler.compile(target.with_name(f"{target.name}.Editor.dll"), sources, references)

    def sample(self, name: str, toolkit: int = 0) -> tuple[Assembly, Assembly]:
        """Return the assemblies of a sample: what plays, and what builds its scene; toolkit: that of XR, 0: none."""
        target = f"RsaTalker.Samples.{name}{toolkit or ''}"
        plays = self._written(f"{target}.dll", self.sample_sources(name, toolkit))
        return plays, self._written(f"{target}.Editor.dll", self.sample_editor_sources(name, plays, toolkit))

    def sample_sources(self, name: str, toolkit: int = 0) -> Sources:
        """Return what plays of a sample."""
        references = [self.protocol, self.engine, self.adapters, *([self.toolkit(toolkit)[0]] if toolkit else [])]
        defines = ";".join(f"RSATALKER_XRI{version}" for version in ("", "_3")[: max(toolkit - 1, 0)])
        return Sources(list((PACKAGE / "Samples~" / name).glob("*.cs")), references, defines)

    def sample_editor_sources(self, name: str, plays: Assembly, toolkit: int = 0) -> Sources:
        """Return what builds the scene of a sample."""
        references = [*self.sample_sources(name, toolkit).references, self.engine_editor, self.editor, plays]
        return Sources(list((PACKAGE / "Samples~" / name / "Editor").glob("*.cs")), references)

    def program(self, name: str, *references: Assembly) -> Assembly:
        """Return a program of tests/unity/programs."""
        return self.compiler.compile(self.folder / f"{name}.exe", [PROGRAMS / f"{name}.cs"], references)

    def members(self, which: str, sources: Sources) -> list[str]:
        """Return members that sources use of the engine, or that they make public; see Compiler.members."""
        return self.compiler.members(which, sources.files, sources.references, sources.defines)

    def _written(self, name: str, sources: Sources) -> Assembly:
        return self.compiler.compile(self.folder / name, sources.files, sources.references, sources.defines)

    def _compiled(self, name: str, folder: Path, *references: Assembly) -> Assembly:
        return self.compiler.compile(self.folder / name, folder.rglob("*.cs"), references)


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=300, env=environment(**variables)
    )
