"""The set-up that every user meets first."""

import importlib
import json
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.repository

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("environment")


def report(*required: str) -> dict:
    """What pip writes about a dry run, as far as it is read."""
    return {"install": [{"metadata": {"name": "torch", "requires_dist": list(required)}}]}


def test_old_python_is_told_which_one_is_needed(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(environment.SetupError, match=r"Python 3\.11 or newer is needed; this is 3\.9"):
        environment.check_python()


def test_interpreter_that_does_not_exist_is_named(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSATALKER_PYTHON", "no/such/python")
    with pytest.raises(environment.SetupError, match="'no/such/python', which is no file"):
        environment.environment_python()


def test_interpreter_of_the_users_choice_is_taken(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSATALKER_PYTHON", sys.executable)
    assert environment.environment_python() == Path(sys.executable)


@pytest.mark.parametrize(
    ("required", "brings"),
    [
        (["filelock", "nvidia-cudnn-cu13==9.19; platform_system == 'Linux'"], True),
        (["cuda-bindings>=13.0; platform_system == 'Linux'"], True),
        (["filelock", 'nvidia-something; extra == "cuda"'], False),
        (["filelock", "sympy>=1.13.3"], False),
    ],
)
def test_cuda_is_recognised_in_a_dry_run(environment: ModuleType, required: list[str], brings: bool) -> None:
    assert environment.brings_cuda(report(*required)) is brings


def test_torch_that_fits_is_kept(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"versions": {"torch": "2.9.1+cu130"}, "fits": ["torch"]}
    monkeypatch.setattr(environment, "inspect_environment", lambda *_: found)
    pins = {"torch": "2.13.0"}
    environment.keep_or_install_torch(Path(sys.executable), pins, tmp_path)
    assert pins == {"torch": "2.9.1+cu130"}
    assert "keeping torch 2.9.1+cu130" in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux wheels bring CUDA unasked")
def test_machine_without_nvidia_device_gets_the_cpu_build(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []

    def run_installer(command: list[str]) -> None:
        commands.append(command)
        if "--report" in command:
            text = json.dumps(report("nvidia-nccl-cu13==2.28; platform_system == 'Linux'"))
            Path(command[command.index("--report") + 1]).write_text(text, encoding="utf-8")

    answers = iter([{"versions": {"torch": None}, "fits": []}, {"versions": {"torch": "2.13.0+cpu"}, "fits": []}])
    monkeypatch.setattr(environment, "run_installer", run_installer)
    monkeypatch.setattr(environment, "has_nvidia_device", lambda: False)
    monkeypatch.setattr(environment, "inspect_environment", lambda *_: next(answers))
    pins = {"torch": "2.13.0", "uv": "0.13.9"}
    environment.keep_or_install_torch(Path(sys.executable), pins, tmp_path)
    assert commands[-1][1:4] == ["-m", "uv", "pip"]
    assert "cpu" in commands[-1]
    assert pins["torch"] == "2.13.0+cpu"


def test_failed_installation_quotes_the_installer(environment: ModuleType) -> None:
    command = [sys.executable, "-c", "import sys; print('no room on the disk'); sys.exit(1)"]
    with pytest.raises(environment.SetupError, match="no room on the disk"):
        environment.run_installer(command)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  Downloading numba-0.68.1-cp311-cp311-linux_x86_64.whl (3.8 MB)\n", "  downloading numba 0.68.1 (3.8 MB)"),
        ("  Downloading numba-0.68.1-cp311-cp311-any.whl.metadata (20 kB)\n", ""),
        ("Installing collected packages: mpmath, sympy, torch\n", "  installing 3 packages"),
        ("Collecting numba\n", ""),
    ],
)  # fmt: skip
def test_few_words_are_told_of_pip(environment: ModuleType, line: str, told: str) -> None:
    assert environment.announced(line) == told


def test_inspection_tells_what_fits(environment: ModuleType) -> None:
    found = environment.inspect_environment(Path(sys.executable), ["numpy>=2.0", "pytest<2", "no-such-package>=1"])
    assert found["fits"] == ["numpy"]
    assert found["versions"]["no-such-package"] is None
    assert found["prefix"] == sys.prefix


def test_fingerprint_changes_with_the_interpreter(environment: ModuleType) -> None:
    first = environment.packages_fingerprint({"prefix": "p", "python": "3.11.7"})
    assert first == environment.packages_fingerprint({"prefix": "p", "python": "3.11.7"})
    assert first != environment.packages_fingerprint({"prefix": "p", "python": "3.12.1"})


def test_stamp_that_is_damaged_counts_as_none(environment: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "stamp").write_text("{")
    assert environment.read_stamp(tmp_path / "stamp") == environment.read_stamp(tmp_path / "none") == {}


@pytest.fixture
def shared(environment: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment outside of this copy of the project that serves another one; the path of that copy."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyproject.toml").touch()
    prefix = tmp_path / "shared"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").touch()
    stamp = {"packages": "theirs", "extras": [], "project": str(other)}
    (prefix / environment.STAMP_NAME).write_text(json.dumps(stamp), encoding="utf-8")
    monkeypatch.setenv("RSATALKER_PYTHON", str(prefix / "bin" / "python"))
    monkeypatch.setattr(environment, "inspect_environment", lambda *_: {"prefix": str(prefix), "python": "3"})
    return other


def test_environment_of_another_copy_is_refused(environment: ModuleType, shared: Path) -> None:
    with pytest.raises(environment.SetupError, match=r"serves the copy of this project in .*other, .*--take-over"):
        environment.prepare(warm_up=False)


@pytest.mark.parametrize("left", ["asked for", "gone"])
def test_environment_is_taken_over_when_that_is_safe_or_asked_for(
    environment: ModuleType, shared: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    installed: list[Path] = []
    monkeypatch.setattr(environment, "install", lambda python, extras: installed.append(python))
    if left == "gone":
        (shared / "pyproject.toml").unlink()
    environment.prepare(warm_up=False, take_over=left == "asked for")
    assert len(installed) == 1
    environment.prepare(warm_up=False)  # now it serves this copy
    assert len(installed) == 1


def test_copied_project_takes_the_environment_inside_of_it(environment: ModuleType, shared: Path) -> None:
    environment.refuse_to_share({"project": str(shared)}, environment.ROOT / ".venv")


@pytest.mark.parametrize("script", ["demo", "test", "check", "bench", "compliance", "environment", "generate"])
def test_help_installs_nothing(environment: ModuleType, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Whoever asks what a script does has not asked for gigabytes."""
    monkeypatch.setattr(environment, "prepare", lambda *_, **__: pytest.fail("it prepares the environment"))
    monkeypatch.setattr(environment, "standing_python", lambda: None)
    monkeypatch.setattr(sys, "argv", [f"{script}.py", "--help"])
    with pytest.raises(SystemExit) as leaving:
        runpy.run_path(str(SCRIPTS / f"{script}.py"), run_name="__main__")
    assert not leaving.value.code


def test_help_of_a_benchmark_installs_nothing(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "prepare", lambda *_, **__: pytest.fail("it prepares the environment"))
    monkeypatch.setattr(environment, "standing_python", lambda: None)
    monkeypatch.setattr(environment.util, "find_spec", lambda module: None)
    monkeypatch.setattr(sys, "argv", ["bench.py", "render", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(str(SCRIPTS / "bench.py"), run_name="__main__")


def test_help_is_given_by_an_environment_as_it_stands(
    environment: ModuleType, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["demo.py", "--help"])
    assert environment.python_for_help("") == shared.parent / "shared" / "bin" / "python"


@pytest.mark.parametrize(
    "manual",
    [
        "README.md",
        "engine_plugins/unity/com.rsatalker.sidecar/Documentation~/index.md",
        "engine_plugins/unreal/RsaTalker/Docs/QuickStart.md",
    ],
)
def test_manual_and_installer_say_the_same_of_the_disk(environment: ModuleType, manual: str) -> None:
    assert environment.DISK in (environment.ROOT / manual).read_text(encoding="utf-8")
