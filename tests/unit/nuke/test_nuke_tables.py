"""The tables of knobs and inner nodes, and what the saved script says about Python."""

import ast
import builtins
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SOURCE = REPOSITORY / "plugins" / "nuke"
FAKE_NUKE = REPOSITORY / "tests" / "support" / "fake_nuke" / "nuke"
MODULES = sorted(SOURCE.rglob("*.py"))


@pytest.fixture
def knobs(plugin):
    return plugin("knobs")


@pytest.fixture
def graph(plugin):
    return plugin("graph")


def test_knob_names_are_unique_and_recognisable(knobs):
    names = [row.name for row in knobs.ROWS]
    assert len(names) == len(set(names))
    assert all(name.startswith("lfp_") for name in names)


def test_every_knob_is_documented(knobs):
    text = (REPOSITORY / "docs" / "hosts" / "nuke.md").read_text(encoding="utf-8")
    missing = [row.name for row in knobs.ROWS if row.kind != "Tab_Knob" and f"`{row.name}`" not in text]
    assert not missing


def test_every_knob_has_a_tooltip(knobs):
    assert not [row.name for row in knobs.ROWS if row.kind != "Tab_Knob" and len(row.tooltip) < 10]


def test_every_menu_has_items_and_every_button_a_script(knobs):
    for row in knobs.ROWS:
        assert (row.kind == "Enumeration_Knob") == bool(row.items), row.name
        if row.kind == "PyScript_Knob":
            compile(row.default, row.name, "exec")


def test_a_button_without_the_plugin_says_one_sentence(knobs, monkeypatch):
    class Host:
        GUI = True
        sentences: tuple[str, ...] = ()

        def message(self, sentence: str) -> None:
            self.sentences += (sentence,)

    real_import = builtins.__import__

    def refuse(name, *arguments, **named):
        if name.startswith("lfpnet_nuke"):
            raise ImportError(name)
        return real_import(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for row in knobs.ROWS:
        if row.kind == "PyScript_Knob":
            host = Host()
            exec(row.default, {"nuke": host})
            assert len(host.sentences) == 1


def test_inner_nodes_take_only_nodes_made_before_them(graph):
    made = set()
    for node in graph.inner_nodes():
        assert set(node.inputs) <= made
        made.add(node.name)


def test_inner_nodes_are_native_ones_without_python(graph):
    assert {node.kind for node in graph.inner_nodes()} == {
        "Input",
        "Read",
        "Assert",
        "Constant",
        "Copy",
        "Merge2",
        "Switch",
        "Output",
    }
    assert not [name for node in graph.inner_nodes() for name in node.knobs if "python" in name.lower()]


def test_a_copy_takes_only_the_channels_it_names(graph):
    knobs = graph.copy_knobs("lfp_fg", ("red", "green", "blue"))
    assert [knobs[f"from{index}"] for index in range(4)] == ["lfp_fg.red", "lfp_fg.green", "lfp_fg.blue", "none"]
    assert all(knobs[f"from{index}"] == knobs[f"to{index}"] for index in range(4))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_plugin_is_written_for_python_3_9(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    matches = [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    assert not matches
    assert path.parent.name == "nuke" or "from __future__ import annotations" in path.read_text() or _is_empty(tree)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_host_package_and_the_two_entries_know_nuke(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    knows = (path.parent.name == "host" and path.name != "__init__.py") or path.name in ("init.py", "menu.py")
    assert ("nuke" in imported) == knows


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_name_of_nuke_that_the_plugin_says_is_one_of_the_strict_stand_in(path):
    stand_in = ast.parse((FAKE_NUKE / "__init__.py").read_text(encoding="utf-8"))
    (known,) = (
        ast.literal_eval(node.value)
        for node in stand_in.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    )
    said = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "nuke"
    }
    assert not said - set(known)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_plugin_imports_neither_the_network_nor_the_server(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    forbidden = {"lfpnet", "torch", "cv2", "numpy", "sidecar.server", "sidecar.cli", "lfpnet_blender"}
    assert not [name for name in imported if name in forbidden or name.startswith(("lfpnet.", "torch."))]


def _is_empty(tree: ast.Module) -> bool:
    return not [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef))]
