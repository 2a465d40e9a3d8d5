"""The extension's host-free modules, imported without bpy: its package and the vendored parts from where they lie."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sidecar_fixtures import Workplace

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGE = "lfpnet_blender_without_bpy"


@pytest.fixture(scope="session")
def blender_module() -> Callable[[str], ModuleType]:
    """Import a module of the extension that needs no bpy; `sidecar` is vendored into it when it is built."""
    for name, folder in ((PACKAGE, "plugins/blender/lfpnet_blender"), (f"{PACKAGE}.sidecar", "sidecar")):
        package = ModuleType(name)
        package.__path__ = [str(REPOSITORY / folder)]
        sys.modules[name] = package
    return lambda name: importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def workplace() -> Iterator[Workplace]:
    """A private runtime folder."""
    place = Workplace()
    yield place
    place.close()
