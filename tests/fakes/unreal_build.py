"""Builds the Unreal plugin without Unreal: its engine-free core, and its adapters on stubs that behave.

Unreal's header tool is played by `generate_bodies`: it writes the `X.generated.h` that each header includes last.
Unreal compiles all files of a module as one unless told otherwise, so that names in them may clash; we do both.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from region_probes import SANITIZERS, WARNINGS, tool, windows_cpp

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "engine_plugins" / "unreal" / "RsaTalker" / "Source"
CORE, RUNTIME, EDITOR = (SOURCE / name for name in ("RsaTalkerProtocol", "RsaTalker", "RsaTalkerEditor"))
STUBS = ROOT / "tests" / "engine_stubs" / "unreal"
CHECKS = ROOT / "tests" / "cross_language" / "unreal"
ENGINE_FLAGS = ["-fno-exceptions"]  # as Unreal builds a module; stubs cast, so that type information stays
STRICT = [*WARNINGS, "-Wshadow"]  # Unreal makes shadowed names errors, too

# Which stub stands for an engine's header.
ENGINE_HEADERS = {
    "World": [
        "CoreMinimal.h", "Components/SceneComponent.h", "Components/SkeletalMeshComponent.h", "Containers/Ticker.h",
        "Engine/AssetManager.h", "Engine/DeveloperSettings.h", "Engine/Engine.h", "Engine/GameInstance.h",
        "Engine/GameViewportClient.h", "Engine/LocalPlayer.h", "Engine/StreamableManager.h", "Engine/World.h",
        "GameFramework/Actor.h", "GameFramework/PlayerController.h",
        "Kismet/BlueprintAsyncActionBase.h", "Modules/ModuleManager.h", "SceneView.h",
        "Subsystems/GameInstanceSubsystem.h", "UObject/UObjectIterator.h",
    ],
    "Lights": [
        "Components/DirectionalLightComponent.h", "Components/LightComponent.h", "Components/LocalLightComponent.h",
        "Components/SkyLightComponent.h", "Components/SpotLightComponent.h",
    ],
    "Rendering": [
        "Engine/Texture2D.h", "Materials/MaterialInstanceDynamic.h", "Materials/MaterialInterface.h",
        "ProceduralMeshComponent.h", "RHI.h",
    ],
    "Pictures": ["IImageWrapper.h", "IImageWrapperModule.h"],
    "Sound": [
        "AudioDecompress.h", "Components/AudioComponent.h", "Interfaces/IAudioFormat.h", "Sound/SoundAttenuation.h",
        "Sound/SoundWave.h", "Sound/SoundWaveProcedural.h",
    ],
    "Services": [
        "Async/Async.h", "Features/IModularFeatures.h", "HAL/PlatformMisc.h", "HAL/PlatformProcess.h",
        "HAL/PlatformTime.h",
        "HttpModule.h", "ILiveLinkClient.h", "ILiveLinkSource.h", "Interfaces/IHttpRequest.h",
        "Interfaces/IHttpResponse.h", "LiveLinkTypes.h", "Misc/EngineVersion.h", "Misc/Paths.h",
        "Roles/LiveLinkBasicRole.h", "Roles/LiveLinkBasicTypes.h",
    ],
    "Slate": [
        "Editor.h", "EngineUtils.h", "Framework/Docking/TabManager.h", "Widgets/Docking/SDockTab.h",
        "Widgets/Input/SButton.h", "Widgets/SBoxPanel.h", "Widgets/Text/STextBlock.h",
    ],
    "Editor": [
        "AssetRegistry/AssetRegistryModule.h", "Framework/Application/SlateApplication.h",
        "Framework/Notifications/NotificationManager.h",
        "MaterialEditingLibrary.h", "Materials/Material.h", "Materials/MaterialExpressionCustom.h",
        "Materials/MaterialExpressionScalarParameter.h", "Materials/MaterialExpressionTextureCoordinate.h",
        "Materials/MaterialExpressionTextureSampleParameter2D.h", "Misc/PackageName.h", "ToolMenus.h",
        "UObject/Package.h", "UObject/SavePackage.h", "Widgets/Notifications/SNotificationList.h",
    ],
}  # fmt: skip

CLASS = re.compile(r"^(?:class|struct) (?:\w+_API )?(\w+)(?: final)?(?: : public (\w+))?", re.MULTILINE)


@dataclass(frozen=True)
class Compiler:
    """How to build.

    Attributes:
        command: The compiler.
        standard: Of the language.
        flags: More flags.
        joins: Whether the files of a module are compiled as one, in a third of the time; else each alone, so that one
            that leaves out what it needs does not compile.
        libraries: That the system has.
        suffix: Of programs.
    """

    command: str
    standard: str
    flags: tuple[str, ...] = ()
    joins: bool = True
    libraries: tuple[str, ...] = ()
    suffix: str = ""


def write_engine_headers(folder: Path) -> None:
    """Write a header for each of the engine's that the plugin includes; it leads to its stub."""
    for stub, headers in ENGINE_HEADERS.items():
        for header in headers:
            file = folder / header
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'#pragma once\n#include "Stub/{stub}.h"\n')


def generate_bodies(header: Path) -> str:
    """Return `X.generated.h`: what GENERATED_BODY stands for on each line that has one."""
    text = header.read_text()
    file_id = f"FID_{header.stem}_h"
    parts = [
        f"#ifdef {file_id}_SEEN",
        f'#error "{header.name} lacks #pragma once"',
        "#endif",
        f"#define {file_id}_SEEN",
    ]
    parts += ["#undef CURRENT_FILE_ID", f"#define CURRENT_FILE_ID {file_id}"]
    for body in re.finditer(r"GENERATED_BODY\(\)", text):
        name, parent = [match for match in CLASS.finditer(text, 0, body.start()) if "GENERATED" not in match[0]][
            -1
        ].groups()
        line = text.count("\n", 0, body.start()) + 1
        made = f"public: using ThisClass = {name}; using Super = {parent}; private:" if parent else ""
        if parent:
            made += (
                f' public: static UClass* StaticClass() {{ static UClass Only{{"{name}"}}; return &Only; }} private:'
            )
        parts.append(f"#define {file_id}_{line}_GENERATED_BODY {made}")
    return "\n".join(parts) + "\n"


def write_generated_headers(folder: Path) -> None:
    for header in sorted((RUNTIME / "Public").glob("*.h")):
        if f'"{header.stem}.generated.h"' in header.read_text():
            (folder / f"{header.stem}.generated.h").write_text(generate_bodies(header))


def core_sources() -> list[Path]:
    return sorted((CORE / "Private").glob("*.cpp"))


def adapter_sources() -> list[list[Path]]:
    """Return the sources of each module that needs the engine."""
    folders = [CORE / "Private" / "Engine", RUNTIME / "Private", EDITOR / "Private"]
    return [sorted(folder.glob("*.cpp")) for folder in folders]


def stub_sources() -> list[Path]:
    return sorted([*(STUBS / "Stub").glob("*.cpp"), *STUBS.glob("*.cpp")])


def joined(sources: list[Path], folder: Path) -> Path:
    """Write a file that is all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{sources[0].parent.parent.name}_{sources[0].stem}_and_all.cpp"
    file.write_text("".join(f'#include "{source}"\n' for source in sources))
    return file


def compile_all(compiler: Compiler, sources: list[Path], folder: Path, *flags: str) -> list[Path]:
    """Compile each source, two at a time; return the objects."""
    folder.mkdir(parents=True, exist_ok=True)
    base = [compiler.command, f"-std={compiler.standard}", *STRICT, *compiler.flags, *flags]

    def compile_one(source: Path) -> Path:
        target = folder / f"{source.parent.parent.name}_{source.stem}.o"
        result = subprocess.run([*base, "-c", source, "-o", target], check=False, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[:4000]
        return target

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(compile_one, sources))


def precompiled(compiler: Compiler, header: Path, *flags: str) -> Path:
    """Compile a header that every source includes, once for all; Unreal does so, too. For clang."""
    target = header.with_suffix(".pch")
    command = [compiler.command, f"-std={compiler.standard}", *STRICT, *compiler.flags, *flags]
    result = subprocess.run(
        [*command, "-x", "c++-header", header, "-o", target], check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[:4000]
    return target


def link(compiler: Compiler, objects: list[Path], program: Path) -> Path:
    command = [compiler.command, *compiler.flags, *objects, "-o", program, "-pthread", *compiler.libraries]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[:4000]
    return program


def parts_of(compiler: Compiler, modules: list[list[Path]], folder: Path) -> list[Path]:
    """Return what is to be compiled of modules."""
    if compiler.joins:
        return [joined(sources, folder) for sources in modules]
    return [source for sources in modules for source in sources]


def core_objects(compiler: Compiler, folder: Path) -> list[Path]:
    parts = parts_of(compiler, [core_sources()], folder / "core")
    return compile_all(compiler, parts, folder / "core", f"-I{CORE / 'Public'}", *ENGINE_FLAGS)


def build_checks(compiler: Compiler, folder: Path, core: list[Path]) -> Path:
    """Build the checks of the core."""
    sources = [joined(sorted(CHECKS.glob("*.cpp")), folder / "checks")]
    objects = compile_all(compiler, sources, folder / "checks", f"-I{CORE / 'Public'}")
    return link(compiler, [*core, *objects], folder / f"unreal_core{compiler.suffix}")


def build_session(compiler: Compiler, folder: Path, core: list[Path]) -> Path:
    """Build the adapters on the stubs."""
    headers, place = folder / "headers", folder / "adapters"
    write_engine_headers(headers)
    write_generated_headers(headers)
    places = [CORE / "Public", RUNTIME / "Public", RUNTIME / "Private", EDITOR / "Private", STUBS, headers]
    flags = [f"-I{where}" for where in places]
    parts = [joined(stub_sources(), place), *parts_of(compiler, adapter_sources(), place)]
    if not compiler.joins:
        flags += ["-include-pch", str(precompiled(compiler, headers / "CoreMinimal.h", *flags))]
    objects = compile_all(compiler, parts, place, *flags)
    return link(
        replace(compiler, libraries=("-lssl", "-lcrypto", "-ljpeg")), [*core, *objects], folder / "play_session"
    )


def gcc_compiler() -> Compiler:
    return Compiler(tool("g++", "g++"), "c++17", (*SANITIZERS, "-g1"))


def clang_compiler() -> Compiler:
    return Compiler(tool("clang libclang-rt-14-dev", "clang++"), "c++20", (*SANITIZERS, "-g1"), joins=False)


def windows_compiler() -> Compiler:
    return Compiler(windows_cpp(), "c++17", ("-static",), libraries=("-lws2_32",), suffix=".exe")


def main() -> None:
    """Build both programs with g++ into a folder, for trying by hand: unreal_build.py FOLDER [FLAG...]"""
    folder = Path(sys.argv[1])
    compiler = Compiler("g++", "c++17", tuple(sys.argv[2:]))
    core = core_objects(compiler, folder)
    build_checks(compiler, folder, core)
    build_session(compiler, folder, core)


if __name__ == "__main__":
    main()
