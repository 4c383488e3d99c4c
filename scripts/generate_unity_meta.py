"""Write the .meta file beside everything in the Unity package, as the editor would, with GUIDs made from the paths.

    python3 scripts/generate_unity_meta.py [--check]

Unity refers to files by these GUIDs and makes random ones for files that have none; so they are committed.
Nothing inside folders whose name ends in ~ has one. With --check nothing is written, and the exit code tells.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "engine_plugins" / "unity" / "com.rsatalker.sidecar"
TAIL = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
FOLDER = f"folderAsset: yes\nDefaultImporter:\n  externalObjects: {{}}\n{TAIL}"
SCRIPT = (
    "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n"
    f"  icon: {{instanceID: 0}}\n{TAIL}"
)
SHADER = (
    "ShaderImporter:\n  externalObjects: {}\n  defaultTextures: []\n  nonModifiableTextures: []\n"
    f"  preprocessorOverride: 0\n{TAIL}"
)
IMPORTERS = {  # by suffix: what the editor of 2022.3 writes
    ".cs": SCRIPT,
    ".shader": SHADER,
    ".hlsl": f"ShaderIncludeImporter:\n  externalObjects: {{}}\n{TAIL}",
    ".asmdef": f"AssemblyDefinitionImporter:\n  externalObjects: {{}}\n{TAIL}",
    ".json": f"PackageManifestImporter:\n  externalObjects: {{}}\n{TAIL}",
    ".md": f"TextScriptImporter:\n  externalObjects: {{}}\n{TAIL}",
}


def assets() -> Iterator[Path]:
    """Yield the files and folders that Unity imports."""
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if path.suffix != ".meta" and not any(part.endswith("~") or part.startswith(".") for part in parts):
            yield path


def meta_of(path: Path) -> str:
    """Return the content of the .meta file of an asset."""
    name = f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}"
    guid = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"fileFormatVersion: 2\nguid: {guid}\n{FOLDER if path.is_dir() else IMPORTERS[path.suffix]}"


def wrong_files() -> dict[Path, str | None]:
    """Return .meta files that are missing, stale or left over, and what they should hold; None: nothing."""
    wanted: dict[Path, str | None] = {Path(f"{path}.meta"): meta_of(path) for path in assets()}
    for meta in PACKAGE.rglob("*.meta"):
        wanted.setdefault(meta, None)
    return {
        meta: text
        for meta, text in wanted.items()
        if (meta.read_text(encoding="utf-8") if meta.exists() else None) != text
    }


def main() -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is stale")
    options = parser.parse_args()
    wrong = wrong_files()
    for meta, text in wrong.items():
        print(f"{'stale' if options.check else 'written' if text else 'removed'}: {meta.relative_to(PACKAGE.parent)}")
        if options.check:
            continue
        if text is None:
            meta.unlink()
        else:
            meta.write_text(text, encoding="utf-8", newline="\n")
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
