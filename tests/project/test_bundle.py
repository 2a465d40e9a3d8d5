"""The plugins' bundles hold the sidecar's client byte for byte, and what they import lies in them."""

import filecmp
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from sidecar.cli.install import bundle_script

ROOT = Path(__file__).parents[2]


def bundled(host: str, to: Path) -> Path:
    """Build one host's bundle without wheels; the folder of the sidecar's copies."""
    bundle = bundle_script()
    if host == "nuke":
        bundle.build_nuke(to)
        return to / "lfpnet_nuke" / "sidecar"
    bundle.build_blender(to)
    return to / "sidecar"


def write_wheel(folder: Path, name: str, tags: str) -> None:
    """A wheel that pip takes for one, with nothing in it."""
    with zipfile.ZipFile(folder / f"{name}-1.0-{tags}.whl", "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{name}-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tags}\n")


@pytest.mark.parametrize("host", ["blender", "nuke"])
def test_a_bundle_holds_the_client_byte_for_byte_and_nothing_heavy(host, tmp_path):
    copies = bundled(host, tmp_path / "bundle")
    for part in ("wire", "runtime", "client", "shots"):
        names = sorted(path.name for path in (ROOT / "sidecar" / part).glob("*.py"))
        assert sorted(path.name for path in (copies / part).glob("*")) == names
        same, different, missing = filecmp.cmpfiles(ROOT / "sidecar" / part, copies / part, names, shallow=False)
        assert (same, different, missing) == (names, [], [])
    assert {path.name for path in copies.iterdir()} == {"__init__.py", "wire", "runtime", "client", "shots"}
    assert not list((tmp_path / "bundle").rglob("__pycache__"))


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="wheels of Linux are looked at")
@pytest.mark.skipif("CI" not in os.environ, reason="downloads wheels: set CI=1 to run it")
def test_the_wheels_of_the_nuke_plugin_are_what_a_python_without_any_imports(tmp_path):
    to = tmp_path / "a plugin"
    bundle = bundle_script()
    bundle.build_nuke(to, platforms=["linux"], pythons=["3.9", "3.11"])
    assert {path.name for path in (to / "lfpnet_nuke" / "vendor").iterdir()} == {"cp39-linux", "cp311-linux"}
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}-linux"
    if python != "cp311-linux":
        pytest.skip(f"wheels were unpacked for cp311-linux, and this is {python}")
    script = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from lfpnet_nuke.libraries import make_importable\n"
        "make_importable()\n"
        "import msgpack, zmq, lfpnet_nuke.connection\n"
        "print(zmq.__file__, msgpack.__file__, zmq.Context().underlying != 0, sep='\\n')\n"
    )
    call = [sys.executable, "-I", "-S", "-c", script, str(to)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=500, check=False)
    vendor = to / "lfpnet_nuke" / "vendor" / "cp311-linux"
    expected = [str(vendor / name / "__init__.py") for name in ("zmq", "msgpack")]
    assert done.stdout.splitlines() == [*expected, "True"], done.stderr


def test_the_extension_has_its_manifest_and_its_own_licence(tmp_path):
    bundled("blender", tmp_path / "bundle")
    manifest = tomllib.loads((tmp_path / "bundle" / "blender_manifest.toml").read_text())
    assert manifest["id"] == "lfpnet_blender"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert "GNU GENERAL PUBLIC LICENSE" in (tmp_path / "bundle" / "LICENSE").read_text()
    for path in (ROOT / "plugins" / "blender" / "lfpnet_blender").rglob("*.py"):
        assert path.read_text().startswith("# SPDX-License-Identifier: GPL-3.0-or-later"), path


def test_the_extension_names_the_systems_and_the_wheels_that_it_brings(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("pyzmq", "msgpack"):
        for system in ("manylinux2014_x86_64", "win_amd64", "macosx_11_0_arm64", "macosx_10_13_x86_64"):
            write_wheel(wheels, name, f"cp313-cp313-{system}")
    bundle = bundle_script()
    bundle.build_blender(
        tmp_path / "bundle", wheels=wheels, platforms=("linux", "windows", "macos", "macos-intel"), pythons=("3.13",)
    )
    manifest = tomllib.loads((tmp_path / "bundle" / "blender_manifest.toml").read_text())
    assert manifest["platforms"] == ["linux-x64", "windows-x64", "macos-arm64", "macos-x64"]
    assert len(manifest["wheels"]) == 8
    assert all((tmp_path / "bundle" / name).is_file() for name in manifest["wheels"])
    assert manifest["permissions"].keys() == {"files", "network"}
