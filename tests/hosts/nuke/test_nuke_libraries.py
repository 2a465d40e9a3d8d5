"""pyzmq and msgpack of other tools on the path: broken, too old, loaded already; the plugin's wheels serve."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from nuke_terminal import run_terminal

LOOK = """
import sys

print("loaded" if "lfpnet_nuke.connection" in sys.modules else "not loaded")
for name in ("zmq", "msgpack"):
    print(getattr(sys.modules.get(name), "__file__", None))
print([path for path in sys.path if "vendor" in path])
"""


@pytest.fixture
def with_wheels(plugin_folder, tmp_path):
    """The plugin with the wheels of this Python; here they are links to what is installed."""
    folder = tmp_path / "plugin"
    shutil.copytree(plugin_folder, folder)
    vendor = folder / "lfpnet_nuke" / "vendor" / f"cp{sys.version_info[0]}{sys.version_info[1]}-linux"
    vendor.mkdir(parents=True)
    for name in ("zmq", "msgpack"):
        found = Path(__import__(name).__file__).parent
        (vendor / name).symlink_to(found)
        libraries = found.with_name(f"py{name}.libs")
        if libraries.exists():
            (vendor / libraries.name).symlink_to(libraries)
    (tmp_path / "look.py").write_text(LOOK)
    return folder


def foreign(folder, name, text):
    """A package of another tool, on the path before everything else."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(text)
    return folder


def start(plugin, tmp_path, first):
    done = run_terminal("-t", tmp_path / "look.py", plugin=os.pathsep.join([str(first), str(plugin)]))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", ["zmq", "msgpack"])
@pytest.mark.parametrize(
    "text",
    [
        "raise ImportError('undefined symbol: PyUnicode_GET_SIZE')",
        "from . import nothing_of_the_kind",
        "1 / 0",
        "__version__ = '0.5.6'",
        "version = (0, 5, 6)",
        "",
    ],
)
def test_a_foreign_copy_that_cannot_serve_is_passed_over(name, text, with_wheels, tmp_path):
    other = foreign(tmp_path / "other tool", name, text)
    lines = start(with_wheels, tmp_path, other)
    assert lines[0] == "loaded", lines
    files = dict(zip(("zmq", "msgpack"), lines[1:3], strict=True))
    assert "vendor" in files[name]
    assert lines[3] == "[]", "the path of other tools is as it was"


@pytest.mark.parametrize("text", ["raise ImportError('of another Python')", "__version__ = '17.1.2'"])
def test_without_wheels_the_sentence_names_the_file_at_fault(text, plugin_folder, tmp_path):
    (tmp_path / "look.py").write_text(LOOK)
    other = foreign(tmp_path / "other tool", "zmq", text)
    said, *rest = (line for line in start(plugin_folder, tmp_path, other) if line)
    assert str(other / "zmq" / "__init__.py") in rest[-1] + said
    assert "not loaded" in (said, *rest)


def test_what_another_tool_has_loaded_already_is_named(with_wheels, tmp_path):
    other = foreign(tmp_path / "other tool", "zmq", "__version__ = '17.1.2'")
    (other / "init.py").write_text("import zmq\n")
    lines = start(with_wheels, tmp_path, other)
    sentence = next(line for line in lines if "not available" in line)
    assert str(other / "zmq" / "__init__.py") in sentence
    assert "another tool has loaded it already" in sentence
