"""What both plugins may import, and the oldest Python that they are written for."""

import ast
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
#: Plugin -> (oldest Python of its host, modules that the host has beside the standard library).
HOSTS = {
    "nuke": ((3, 9), {"nuke", "lfpnet_nuke"}),
    "blender": ((3, 11), {"bpy", "gpu", "gpu_extras", "mathutils", "numpy", "bl_ui"}),
}
#: Names of the vendored parts that plugins may use; the server and its commands stay where the model is.
VENDORED = {"wire", "runtime", "client", "shots"}
FILES = [(host, path) for host in HOSTS for path in sorted((PLUGINS / host).rglob("*.py"))]
#: Calls whose keyword is younger than Python 3.9.
YOUNG_KEYWORDS = {"dataclass": {"slots", "kw_only"}, "zip": {"strict"}}


def identify(entry) -> str:
    return str(entry[1].relative_to(PLUGINS))


def imported_modules(tree: ast.AST) -> list[tuple[int, str]]:
    """Level and name of every import, also of those within functions."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.level, node.module))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.level, alias.name) for alias in node.names]
    return found


def test_both_plugins_are_looked_at():
    assert {host for host, _ in FILES} == set(HOSTS)


@pytest.mark.parametrize("entry", FILES, ids=identify)
def test_a_plugin_imports_its_host_the_standard_library_and_its_own_parts_only(entry):
    host, path = entry
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for level, module in imported_modules(tree):
        first, *rest = module.split(".")
        if not level:
            assert first in HOSTS[host][1] | sys.stdlib_module_names, f"{module} is not there in {host}"
        if first == "sidecar" and rest:
            assert level, f"{module} must be imported relatively: two plugins may be loaded beside each other"
            assert rest[0] in VENDORED, f"{module} is no part that hosts load"


@pytest.mark.parametrize("entry", FILES, ids=identify)
def test_a_plugin_is_written_for_the_oldest_python_of_its_host(entry):
    host, path = entry
    oldest = HOSTS[host][0]
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=oldest)
    if oldest >= (3, 10):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            young = YOUNG_KEYWORDS.get(getattr(node.func, "id", ""), set())
            assert not young & {keyword.arg for keyword in node.keywords}
        assert not isinstance(node, ast.Match)
    uses_unions = any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) for node in ast.walk(tree))
    has_future = any((level, name) == (0, "__future__") for level, name in imported_modules(tree))
    assert has_future or not uses_unions, "X | None in an annotation needs `from __future__ import annotations`"
