"""When a node is a copy and gets an id of its own, and when it is the same node under another name."""

import pytest

SESSION = "unsaved:1"


@pytest.fixture
def identity(plugin):
    return plugin("identity")


@pytest.fixture
def see(identity):
    """What becomes of a node of id 0...0 seen elsewhere."""
    kept_id = "0" * 32

    def see(kept, here, *others, **how):
        return identity.seen_now(
            identity.Identity(kept_id, *kept),
            identity.Identity("", *here),
            [identity.Identity(kept_id, *other) for other in others],
            session=SESSION,
            **how,
        )

    return see


@pytest.fixture
def scripts(tmp_path):
    paths = [tmp_path / name for name in ("v001.nk", "v002.nk")]
    for path in paths:
        path.touch()
    return [str(path) for path in paths]


def test_a_node_where_it_was_is_the_same_and_says_nothing_new(see, scripts):
    here = (scripts[0], "LFPNet1")
    found = see(here, here)
    assert (found.id, found.script, found.node) == ("0" * 32, *here)


def test_a_renamed_node_keeps_its_id_and_says_its_new_name(see, scripts):
    found = see((scripts[0], "LFPNet1"), (scripts[0], "Hair"))
    assert (found.id, found.node) == ("0" * 32, "Hair")


def test_a_pasted_twin_gets_another_id_and_the_first_keeps_its_own(see, scripts):
    first = (scripts[0], "LFPNet1")
    assert see(first, (scripts[0], "LFPNet2"), first, is_pasted=True).id != "0" * 32
    assert see(first, first, first).id == "0" * 32


def test_a_node_that_was_cut_and_pasted_is_the_same(see, scripts):
    assert see((scripts[0], "LFPNet1"), (scripts[0], "LFPNet1"), is_pasted=True).id == "0" * 32


def test_a_script_saved_under_another_name_is_a_copy_while_the_first_is_there(see, scripts, tmp_path):
    kept, here = (scripts[0], "LFPNet1"), (scripts[1], "LFPNet1")
    renewed = see(kept, here).id
    assert renewed != "0" * 32
    assert see(kept, here).id == renewed, "every machine of a farm must find the same id"
    (tmp_path / "v001.nk").unlink()
    assert see(kept, here).id == "0" * 32


def test_a_script_seen_through_a_link_or_on_another_system_is_the_same(see, scripts, tmp_path):
    (tmp_path / "link.nk").symlink_to(scripts[0])
    assert see((scripts[0], "LFPNet1"), (str(tmp_path / "link.nk"), "LFPNet1")).id == "0" * 32
    assert see(("S:/shots/v001.nk", "LFPNet1"), (scripts[0], "LFPNet1")).id == "0" * 32


def test_the_first_save_changes_no_id_and_neither_does_a_recovered_autosave(see, scripts):
    assert see((SESSION, "LFPNet1"), (scripts[0], "LFPNet1")).id == "0" * 32
    assert see(("unsaved:of yesterday", "LFPNet1"), (SESSION, "LFPNet1")).id == "0" * 32


@pytest.mark.parametrize("where", ["a saved script", "another session"])
def test_a_node_pasted_from_elsewhere_is_a_copy(see, scripts, where):
    kept = (scripts[0], "LFPNet1") if where == "a saved script" else ("unsaved:2", "LFPNet1")
    for here in ((scripts[1], "LFPNet1"), (SESSION, "LFPNet1")):
        assert see(kept, here, is_pasted=True).id != "0" * 32


def test_a_node_without_an_id_gets_one_that_never_was(identity):
    nobody = identity.Identity("", "", "")
    here = identity.Identity("", "/shots/a.nk", "LFPNet1")
    found = {identity.seen_now(nobody, here, [], session=SESSION).id for _ in range(5)}
    assert len(found) == 5
