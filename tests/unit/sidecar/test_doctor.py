import pytest
from rich.console import Console

from sidecar.doctor import Finding, Verdict, examine, print_findings

pytestmark = pytest.mark.unit


def test_doctor_passes_when_only_optional_things_are_absent():
    console = Console(record=True, width=100)
    findings = [Finding("Python", "3.11"), Finding("flite", "not found", Verdict.OPTIONAL, "apt install flite")]
    assert print_findings(findings, console) == 0
    said = console.export_text()
    assert "flite: apt install flite" in said
    assert "Ready: `rsatalker serve`." in said


def test_doctor_shows_whole_paths_in_a_narrow_window():
    console = Console(record=True, width=40)
    print_findings([Finding("kernels", "/opt/somewhere/deep/down/rsatalker/kernels")], console)
    said = console.export_text().translate(str.maketrans("", "", " │\n"))
    assert "/opt/somewhere/deep/down/rsatalker/kernels" in said


def test_doctor_fails_when_something_needed_is_missing():
    console = Console(record=True, width=100)
    assert print_findings([Finding("torch", "not installed", Verdict.BAD, "pip install rsatalker[cuda]")], console) == 1
    said = console.export_text()
    assert "pip install rsatalker[cuda]" in said
    assert "1 thing(s) that the sidecar needs are missing." in said


def test_doctor_looks_at_everything(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path))
    subjects = {finding.subject for finding in examine()}
    assert {"Python", "machine", "packages", "renderer cpu", "motion model", "shared memory", "sidecar"} <= subjects
