"""The plugin as it is built, the fake Nuke, and one quick sidecar for all scenarios."""

import builtins
import os
import shlex
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FAKE_NUKE = ROOT / "tests" / "support" / "fake_nuke"
for folder in (FAKE_NUKE, HERE):
    sys.path.insert(0, str(folder))

import nuke_pictures  # noqa: E402 - the paths must come first
from nuke import _session  # noqa: E402
from nuke_scenarios import Stage  # noqa: E402
from sidecar_fixtures import QUICK, Workplace, environment  # noqa: E402

#: Long enough to press Cancel within a frame of many tiles, short enough for frames of two.
TILE_SECONDS = 0.01


class FakeStage(Stage):
    """A stage in the fake: with a window, the event loop is pumped until the run that a button began is over."""

    def press(self, node, knob):
        before = set(threading.enumerate())
        super().press(node, knob)
        if _session.current().has_window:
            self.pump_while(lambda: workers(before))

    @staticmethod
    def pump_while(is_true):
        _session.pump(lambda: not is_true())
        _session.pump()


def workers(before=frozenset()):
    """Threads of runs and questions; the client's own lives on."""
    names = {thread for thread in threading.enumerate() if thread.name.startswith("lfpnet-")}
    return {thread for thread in names - set(before) if thread.name != "lfpnet-client"}


@pytest.fixture(scope="session", autouse=True)
def plugin_folder(tmp_path_factory):
    """What `plugins/bundle.py nuke` builds, without wheels: this Python has its own."""
    sys.path.insert(0, str(ROOT / "plugins"))
    try:
        import bundle
    finally:
        sys.path.pop(0)
    to = tmp_path_factory.mktemp("plugin") / "a folder with spaces"
    bundle.build_nuke(to)
    sys.path.insert(0, str(to))
    yield to
    sys.path.remove(str(to))


@pytest.fixture(scope="session")
def quick_command(tmp_path_factory):
    """LFPNET_COMMAND for a plugin that starts the quick sidecar by itself (it adds the word `serve`)."""
    script = tmp_path_factory.mktemp("command") / "lfpnet"
    script.write_text(f'#!/bin/sh\nshift\nexec {shlex.quote(sys.executable)} {shlex.quote(str(QUICK))} "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture(scope="session")
def shared_place():
    """Where the shared sidecar runs."""
    place = Workplace()
    yield place
    close_plugin()
    place.close()


@pytest.fixture
def shared_sidecar(shared_place, quick_command, monkeypatch):
    """One sidecar for every scenario that does not harm it; the plugin starts it when it first needs it.

    The environment that names it ends with the test: other folders' tests start sidecars of their own.
    """
    use_workplace(monkeypatch, shared_place, quick_command, {"tile_seconds": TILE_SECONDS})
    return shared_place


@pytest.fixture
def own_sidecar(quick_command, monkeypatch):
    """A runtime folder of the test's own: call it with settings of the quick predictor."""
    place = Workplace()
    close_plugin()  # what the plugin has so far belongs to another folder

    def use(command=quick_command, **quick):
        use_workplace(monkeypatch, place, command, quick)
        return place

    yield use
    close_plugin()
    place.close()


def use_workplace(patch, place, command, quick):
    patch.setenv("LFPNET_RUNTIME_DIR", str(place.folder))
    patch.setenv("LFPNET_COMMAND", command)
    for name, value in environment(quick).items():
        patch.setenv(name, value)


def close_plugin():
    """Let the plugin's connections go, as at the end of a session."""
    from lfpnet_nuke.connection import close_clients

    close_clients()


@pytest.fixture
def make_stage(tmp_path, request):
    """Begin a session with or without a window, beside the shared sidecar."""
    request.getfixturevalue("shared_sidecar")

    def make(*, has_window=True):
        _session.start(gui=has_window)
        return FakeStage(tmp_path, nuke_pictures, exact=True)

    return make


@pytest.fixture(autouse=True)
def nukes_python_has_no_numpy(monkeypatch):
    """The fake needs numpy, the plugin and the client in it must do without."""
    real_import = builtins.__import__

    def guarded(name, *others, **named):
        importer = str((others[0] if others else named.get("globals", {})).get("__name__", ""))
        if importer.startswith("lfpnet_nuke") and name.split(".")[0] == "numpy":
            raise ImportError(f"Nuke's Python has no numpy, which {importer} wants")
        return real_import(name, *others, **named)

    monkeypatch.setattr(builtins, "__import__", guarded)


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """No worker, no half-open undo, no render in work when a test ends."""
    yield
    session = _session.current()
    if workers():
        _session.pump(lambda: not workers())
    assert session.undo_depth == 0
    assert session.execution_depth == 0
    assert os.environ.get("PYTHONHOME") is None
