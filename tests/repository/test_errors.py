"""Both error trees are documented: each class says what happened, and the tree at the top of the file names it."""

import importlib
import inspect

import pytest

pytestmark = pytest.mark.repository


@pytest.mark.parametrize("module_name", ["rsatalker.errors", "sidecar.errors"])
def test_every_error_is_in_the_tree_and_documented(module_name: str) -> None:
    module = importlib.import_module(module_name)
    errors = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module_name]
    assert len(errors) > 3
    assert [error.__name__ for error in errors if error.__name__ not in (module.__doc__ or "")] == []
    assert [error.__name__ for error in errors if not (error.__doc__ or "").strip()] == []


@pytest.mark.parametrize("module_name", ["rsatalker.errors", "sidecar.errors"])
def test_every_error_descends_from_the_root_of_its_tree(module_name: str) -> None:
    module = importlib.import_module(module_name)
    errors = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module_name]
    roots = [error for error in errors if error.__bases__ == (Exception,)]
    assert len(roots) == 1
    assert [error.__name__ for error in errors if not issubclass(error, roots[0])] == []
