import importlib.util
import sys
from types import SimpleNamespace

import pytest
import torch

from rsatalker.training.optional_pytorch3d import has_pytorch3d

pytestmark = pytest.mark.unit

CUDA = torch.device("cuda")


def install(monkeypatch: pytest.MonkeyPatch, **kernels: object) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setitem(sys.modules, "pytorch3d", SimpleNamespace(__path__=[]))
    monkeypatch.setitem(sys.modules, "pytorch3d._C", SimpleNamespace(**kernels))


def test_pytorch3d_is_not_there_when_nothing_of_its_name_is_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not has_pytorch3d()
    assert not has_pytorch3d(CUDA)


def test_pytorch3d_without_cuda_serves_the_cpu_alone(monkeypatch: pytest.MonkeyPatch):
    install(monkeypatch)
    assert has_pytorch3d()
    assert has_pytorch3d(torch.device("cpu"))
    assert not has_pytorch3d(CUDA)


def test_pytorch3d_with_cuda_serves_both(monkeypatch: pytest.MonkeyPatch):
    install(monkeypatch, knn_check_version=None)
    assert has_pytorch3d(torch.device("cpu"))
    assert has_pytorch3d(CUDA)
