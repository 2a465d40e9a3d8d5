"""`lfpnet install nuke` with the real bundle and a wheelhouse, as on a machine without a network."""

import zipfile
from pathlib import Path

import pytest

from sidecar.cli.install import bundle_script
from sidecar.cli.main import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def wheelhouse(tmp_path):
    """Wheels that pip accepts for any Python and system."""
    folder = tmp_path / "wheel house"
    folder.mkdir()
    for name, module in (("pyzmq", "zmq"), ("msgpack", "msgpack")):
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{module}/__init__.py", "")
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
    return folder


def test_the_plugin_is_installed_and_removed(tmp_path, wheelhouse, capsys):
    folder = tmp_path / "my tools" / ".nuke"
    words = ["install", "nuke", "--to", str(folder), "--wheels", str(wheelhouse), "--python", "3.11"]
    assert main(words) == 0
    plugin = folder / "lfpnet"
    assert (plugin / "menu.py").exists()
    assert (plugin / "lfpnet_nuke" / "sidecar" / "client" / "client.py").exists()
    (vendor,) = (plugin / "lfpnet_nuke" / "vendor").iterdir()
    assert vendor.name.startswith("cp311-")
    assert {"zmq", "msgpack"} <= {path.name for path in vendor.iterdir()}
    assert main(["uninstall", "nuke", "--to", str(folder)]) == 0
    assert not list(folder.iterdir())
    assert "the plugin is removed" in capsys.readouterr().out


def test_missing_wheels_are_one_sentence_and_change_nothing(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    folder = tmp_path / ".nuke"
    words = ["install", "nuke", "--to", str(folder), "--wheels", str(tmp_path / "empty"), "--python", "3.11"]
    assert main(words) == 2
    assert "No wheels of pyzmq and msgpack for Python 3.11" in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_vendored_parts_are_the_sources_byte_for_byte(tmp_path):
    bundle_script().build_nuke(tmp_path / "nuke")
    vendored = tmp_path / "nuke" / "lfpnet_nuke" / "sidecar"
    copies = sorted(path.relative_to(vendored) for path in vendored.rglob("*") if path.is_file())
    assert {path.parts[0] for path in copies} == {"__init__.py", "wire", "runtime", "client", "shots"}
    assert all((vendored / path).read_bytes() == (ROOT / "sidecar" / path).read_bytes() for path in copies)
