"""The plugins' bundles hold the sidecar's client byte for byte, and what they import lies in them."""

import filecmp
import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bundled(host: str, to: Path) -> Path:
    """Build one host's bundle without wheels; the folder of the sidecar's copies."""
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "plugins" / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    bundle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bundle)
    if host == "nuke":
        bundle.build_nuke(to)
        return to / "lfpnet_nuke" / "sidecar"
    bundle.build_blender(to)
    return to / "sidecar"


@pytest.mark.parametrize("host", ["blender", "nuke"])
def test_a_bundle_holds_the_client_byte_for_byte_and_nothing_heavy(host, tmp_path):
    copies = bundled(host, tmp_path / "bundle")
    for part in ("wire", "client", "shots"):
        names = sorted(path.name for path in (ROOT / "sidecar" / part).glob("*.py"))
        assert sorted(path.name for path in (copies / part).glob("*")) == names
        same, different, missing = filecmp.cmpfiles(ROOT / "sidecar" / part, copies / part, names, shallow=False)
        assert (same, different, missing) == (names, [], [])
    assert {path.name for path in copies.iterdir()} == {"__init__.py", "wire", "client", "shots"}
    assert not list((tmp_path / "bundle").rglob("__pycache__"))


def test_the_extension_has_its_manifest_and_its_own_licence(tmp_path):
    bundled("blender", tmp_path / "bundle")
    manifest = tomllib.loads((tmp_path / "bundle" / "blender_manifest.toml").read_text())
    assert manifest["id"] == "lfpnet_blender"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert "GNU GENERAL PUBLIC LICENSE" in (tmp_path / "bundle" / "LICENSE").read_text()
    for path in (ROOT / "plugins" / "blender" / "lfpnet_blender").rglob("*.py"):
        assert path.read_text().startswith("# SPDX-License-Identifier: GPL-3.0-or-later"), path
