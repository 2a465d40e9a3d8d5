"""Every public name of the fake is one of Nuke's: the stubs of types-nuke say so, by ast."""

import ast
import importlib.util
import inspect
from pathlib import Path

import nuke
import pytest

#: Names that Nuke has and the stubs lack, each with where it was seen.
ADDED = {
    "executeDeferred": "used by nukescripts and by three public tools; not in the stubs of 13.2",
}
#: Methods that Nuke has and the stubs lack.
ADDED_METHODS = {
    "Text_Knob": {"getText", "setText"},  # the fake derives it from String_Knob
}


@pytest.fixture(scope="module")
def stubs() -> dict[str, dict[str, set[str]]]:
    """Names of the stubs: functions and variables have no methods."""
    found = importlib.util.find_spec("nuke-stubs")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("types-nuke is not installed")
    names: dict[str, set[str]] = {}
    bases: dict[str, list[str]] = {}
    for path in Path(next(iter(found.submodule_search_locations))).glob("*.pyi"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                names[node.name] = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
                bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
            elif isinstance(node, ast.FunctionDef):
                names[node.name] = set()
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names[node.target.id] = set()
    return {"names": names, "bases": bases}


def methods(stubs, name) -> set[str]:
    found = set(stubs["names"].get(name, ()))
    for base in stubs["bases"].get(name, ()):
        found |= methods(stubs, base)
    return found


def test_every_public_name_is_in_the_stubs_or_in_the_documented_list(stubs):
    public = {name for name in dir(nuke) if not name.startswith("_")}
    assert public == set(nuke.__all__)
    assert public - set(stubs["names"]) == set(ADDED)


@pytest.mark.parametrize("name", [name for name in nuke.__all__ if inspect.isclass(getattr(nuke, name))])
def test_every_public_method_is_in_the_stubs(stubs, name):
    own = {method for method in dir(getattr(nuke, name)) if not method.startswith("_")}
    if issubclass(getattr(nuke, name), Exception):
        own -= set(dir(Exception))
    assert own - methods(stubs, name) <= ADDED_METHODS.get(name, set())


def test_anything_else_is_an_attribute_error():
    with pytest.raises(AttributeError):
        nuke.noSuchThing()  # type: ignore[attr-defined]
