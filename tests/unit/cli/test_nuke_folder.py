"""What `lfpnet install nuke` does to an artist's Nuke folder, and how it leaves no trace."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError
from sidecar.cli.nuke_folder import BACKUP, MARK, install, uninstall, with_block, without_block

TEXTS = (
    st.text(st.sampled_from("ab #\n'"), max_size=60).map(str.encode)
    | st.text(st.sampled_from("ab #\n"), max_size=60).map(lambda text: text.replace("\n", "\r\n").encode())
    | st.binary(max_size=40)
)


def build(folder: Path) -> None:
    (folder / "init.py").write_text("# the plugin\n")
    (folder / "lfpnet_nuke").mkdir()


@pytest.fixture
def nuke_folder(tmp_path):
    folder = tmp_path / "my tools" / ".nuke"
    folder.mkdir(parents=True)
    return folder


@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_removing_the_block_gives_the_artists_bytes_back(text):
    assume(b"lfpnet" not in text)  # half a block is another test
    path = Path("init.py")
    assert without_block(with_block(text), path) == text
    assert without_block(text, path) == text


def test_the_plugin_and_one_block_are_placed(nuke_folder):
    (nuke_folder / "init.py").write_text("import mine\n")
    plugin = install(nuke_folder, build)
    text = (nuke_folder / "init.py").read_text()
    assert text.startswith("import mine\n")
    assert text.count('nuke.pluginAddPath("./lfpnet")') == 1
    assert (plugin / "init.py").exists()
    assert (nuke_folder / BACKUP).read_text() == "import mine\n"


def test_a_second_install_changes_nothing_but_the_plugin(nuke_folder):
    (nuke_folder / "init.py").write_bytes(b"import mine")
    install(nuke_folder, build)
    (nuke_folder / "lfpnet" / "old_module.py").touch()
    once = (nuke_folder / "init.py").read_bytes()
    install(nuke_folder, build)
    assert (nuke_folder / "init.py").read_bytes() == once
    assert not (nuke_folder / "lfpnet" / "old_module.py").exists()
    assert (nuke_folder / BACKUP).read_bytes() == b"import mine"


@pytest.mark.parametrize("text", [b"import mine\n", b"import mine", b"import mine\r\n", None])
def test_uninstall_removes_exactly_what_install_placed(nuke_folder, text):
    if text is not None:
        (nuke_folder / "init.py").write_bytes(text)
    (nuke_folder / "menu.py").write_text("mine\n")
    install(nuke_folder, build)
    assert uninstall(nuke_folder)
    assert sorted(path.name for path in nuke_folder.iterdir() if path.name != BACKUP) == sorted(
        ["menu.py"] if text is None else ["init.py", "menu.py"]
    )
    if text is not None:
        assert (nuke_folder / "init.py").read_bytes() == text
    assert not uninstall(nuke_folder)


def test_what_the_artist_added_after_the_block_stays(nuke_folder):
    install(nuke_folder, build)
    with (nuke_folder / "init.py").open("a") as stream:
        stream.write("import later\n")
    uninstall(nuke_folder)
    assert (nuke_folder / "init.py").read_text() == "import later\n"


def test_a_folder_of_somebody_else_is_left_alone(nuke_folder):
    (nuke_folder / "lfpnet").mkdir()
    for act in (lambda: install(nuke_folder, build), lambda: uninstall(nuke_folder)):
        with pytest.raises(ConfigurationError, match="stays as it is"):
            act()
    assert not (nuke_folder / "init.py").exists()


def test_half_a_block_is_refused(nuke_folder):
    install(nuke_folder, build)
    init = nuke_folder / "init.py"
    init.write_text(init.read_text().replace("# <<< lfpnet <<<", ""))
    with pytest.raises(ConfigurationError, match="got a part"):
        install(nuke_folder, build)


def test_a_build_that_fails_changes_nothing(nuke_folder):
    install(nuke_folder, build)
    before = {path: path.read_bytes() for path in nuke_folder.rglob("*") if path.is_file()}

    def fail(folder: Path) -> None:
        build(folder)
        raise ConfigurationError("No wheels.")

    with pytest.raises(ConfigurationError, match="No wheels"):
        install(nuke_folder, fail)
    assert {path: path.read_bytes() for path in nuke_folder.rglob("*") if path.is_file()} == before


def test_a_linked_init_stays_a_link(nuke_folder, tmp_path):
    real = tmp_path / "shared_init.py"
    real.write_text("import studio\n")
    (nuke_folder / "init.py").symlink_to(real)
    install(nuke_folder, build)
    assert (nuke_folder / "init.py").is_symlink()
    assert "pluginAddPath" in real.read_text()
    uninstall(nuke_folder)
    assert real.read_text() == "import studio\n"


def test_the_mark_says_whose_folder_it_is(nuke_folder):
    assert (install(nuke_folder, build) / MARK).exists()
