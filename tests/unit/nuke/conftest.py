"""The plugin as it is shipped: its modules come from a built bundle, because the vendored parts exist only there."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def built_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that goes on NUKE_PATH, without wheels."""
    folder = tmp_path_factory.mktemp("bundle") / "nuke"
    command = [sys.executable, str(REPOSITORY / "plugins" / "bundle.py"), "nuke", "--to", str(folder)]
    subprocess.run(command, check=True, timeout=500, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def plugin(built_plugin: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a module of the plugin that needs no Nuke."""
    monkeypatch.syspath_prepend(str(built_plugin))

    def load(name: str) -> ModuleType:
        return importlib.import_module(f"lfpnet_nuke.{name}")

    return load
