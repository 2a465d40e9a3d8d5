"""Commands as texts on either system, and the variables of a host that its sidecar must not get."""

import shlex
import subprocess
import sys

import pytest

from sidecar.client.launch import default_command, server_environment
from sidecar.runtime.command_words import join_command, split_command
from sidecar.wire.errors import SidecarError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r'"C:\Program Files\lfpnet\lfpnet.exe" --verbose', (r"C:\Program Files\lfpnet\lfpnet.exe", "--verbose")),
        (r"C:\lfpnet\lfpnet.exe", (r"C:\lfpnet\lfpnet.exe",)),
        (r"C:\'s\lfpnet.exe  -v", (r"C:\'s\lfpnet.exe", "-v")),
        (r'C:\"Program Files"\lfpnet.exe', (r"C:\Program Files\lfpnet.exe",)),
        (r'"\\server\tools\lfpnet.exe"', (r"\\server\tools\lfpnet.exe",)),
    ],
)
def test_a_command_of_windows_keeps_its_backslashes_and_loses_its_quotes(text, words):
    assert split_command(text, is_windows=True) == words


def test_a_path_with_spaces_needs_no_quotes_where_the_file_exists(tmp_path):
    program = tmp_path / "Program Files" / "lfpnet"
    program.parent.mkdir()
    program.touch()
    for is_windows in (False, True):
        assert split_command(str(program), is_windows=is_windows) == (str(program),)
        assert split_command(f'"{program}"', is_windows=is_windows) == (str(program),)


@pytest.mark.parametrize("is_windows", [False, True])
def test_what_is_joined_is_split_into_the_same_words(is_windows):
    words = ("lfpnet", "farm", "a folder/plate.%V.%04d.exr", "--views", "left,right", "a&b")
    assert split_command(join_command(words, is_windows=is_windows), is_windows=is_windows) == words


def test_windows_gets_no_single_quotes():
    assert join_command(["lfpnet", "a b"], is_windows=True) == 'lfpnet "a b"'


@pytest.mark.parametrize("text", ['"C:/lfpnet.exe', "'lfpnet"])
def test_a_quotation_that_is_not_closed_is_one_sentence(monkeypatch, text):
    monkeypatch.setenv("LFPNET_COMMAND", text)
    with pytest.raises(SidecarError, match="LFPNET_COMMAND") as caught:
        default_command()
    assert caught.value.code == "launch_failed"


LEAKED = {"PYTHONPATH": "/rez/packages", "PYTHONHOME": "/nuke", "PATH": "/usr/bin"}


def test_the_path_of_a_hosts_python_does_not_reach_the_sidecar():
    kept = server_environment("/opt/lfpnet/bin/lfpnet", LEAKED)
    assert "PYTHONPATH" not in kept
    assert "PYTHONHOME" not in kept
    assert kept["PYTHONNOUSERSITE"] == "1"
    assert kept["PATH"] == "/usr/bin"


def test_who_wants_it_hands_the_path_on():
    kept = server_environment("/opt/lfpnet/bin/lfpnet", {**LEAKED, "LFPNET_KEEP_PYTHONPATH": "1"})
    assert kept["PYTHONPATH"] == "/rez/packages"
    assert "PYTHONNOUSERSITE" not in kept


def test_this_very_python_keeps_its_path():
    assert server_environment(sys.executable, LEAKED)["PYTHONPATH"] == "/rez/packages"


def test_an_lfpnet_among_the_users_own_packages_sees_them(monkeypatch, tmp_path):
    monkeypatch.setattr("site.getuserbase", lambda: str(tmp_path))
    assert "PYTHONNOUSERSITE" not in server_environment(str(tmp_path / "bin" / "lfpnet"), LEAKED)


def test_a_broken_module_on_a_leaked_path_would_kill_another_python(tmp_path):
    (tmp_path / "msgpack.py").write_text("raise ImportError('of another Python')\n")
    program = tmp_path / "lfpnet"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "import msgpack"\n')
    program.chmod(0o755)
    leaked = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)}
    assert subprocess.run([program], env=leaked, capture_output=True, check=False).returncode == 1
    clean = server_environment(str(program), leaked)
    assert subprocess.run([program], env=clean, capture_output=True, check=False).returncode == 0
