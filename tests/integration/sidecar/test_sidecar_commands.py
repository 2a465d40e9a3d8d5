"""The sub-commands, called as `lfpnet` calls them."""

import argparse
import json
import os
import signal
import stat
import subprocess
import sys

import pytest
from sidecar_fixtures import PATIENCE_SECONDS, ROOT, environment, kill, plate_and_trimap, wait_until

from sidecar.cli import keys, serve, status, stop


@pytest.fixture
def lfpnet(workplace, monkeypatch):
    monkeypatch.setenv("LFPNET_RUNTIME_DIR", str(workplace.folder))
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for module in (serve, status, stop, keys):
        module.add_parser(subparsers)

    def run(*arguments):
        parsed = parser.parse_args([str(argument) for argument in arguments])
        return parsed.run(parsed)

    return run


def test_status_does_not_start_a_sidecar(lfpnet, workplace, capsys):
    assert lfpnet("status") == 1
    assert "No sidecar" in capsys.readouterr().out
    assert not workplace.is_alive
    assert lfpnet("stop") == 0


def test_status_shows_jobs_memory_and_models(lfpnet, workplace, capsys):
    client = workplace.client("nuke", tiles=100_000, tile_seconds=0.01)
    job = client.submit(*plate_and_trimap(), output={"kind": "exr"}, label="sh010 1001")
    wait_until(lambda: job.done > 0)
    assert lfpnet("status") == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("sh010 1001", "nuke", "/100000 tiles", "resident", "default", "[."))
    assert lfpnet("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["jobs"][0]["label"] == "sh010 1001"
    assert lfpnet("stop", "--now") == 0
    assert not workplace.is_alive


@pytest.mark.usefixtures("lfpnet")
def test_watching_goes_on_when_the_sidecar_is_killed_and_comes_back(workplace):
    client = workplace.client("blender", tiles=100_000, tile_seconds=0.01)
    client.submit(*plate_and_trimap(), output={"kind": "exr"}, label="frame 7")
    script = (
        "import argparse; from sidecar.cli import status\n"
        "p = argparse.ArgumentParser(); status.add_parser(p.add_subparsers())\n"
        "a = p.parse_args(['status', '--watch', '--json', '--interval', '0.05']); raise SystemExit(a.run(a))"
    )
    variables = {**os.environ, **environment({})}
    call = [sys.executable, "-c", script]
    with subprocess.Popen(call, stdout=subprocess.PIPE, env=variables, cwd=ROOT) as watcher:
        first = wait_for_job(watcher)
        kill(first["pid"], signal.SIGKILL)
        second = wait_for_job(watcher, not_pid=first["pid"])
        assert second["jobs"][0]["label"] == "frame 7"
        watcher.send_signal(signal.SIGINT)
        watcher.communicate(timeout=PATIENCE_SECONDS)
        assert watcher.returncode == 0


def wait_for_job(watcher, not_pid=0):
    for line in watcher.stdout:
        report = json.loads(line)
        if report.get("jobs") and report["pid"] != not_pid:
            return report
    raise AssertionError("the watcher ended")


def test_keys_are_made_allowed_and_listed(lfpnet, tmp_path, capsys):
    assert lfpnet("keys", "create", tmp_path / "box", "server") == 0
    assert lfpnet("keys", "create", tmp_path / "me", "artist") == 0
    assert lfpnet("keys", "allow", tmp_path / "box", tmp_path / "me" / "artist.key") == 0
    capsys.readouterr()
    assert lfpnet("keys", "list", tmp_path / "box") == 0
    assert capsys.readouterr().out == "artist\n"
    assert stat.S_IMODE((tmp_path / "box" / "server.secret").stat().st_mode) == 0o600
    assert lfpnet("keys", "create", tmp_path / "box", "server") == 2
    assert lfpnet("keys", "allow", tmp_path / "box", tmp_path / "me" / "artist.secret") == 2
    assert "secret" in capsys.readouterr().err


def test_a_connection_without_keys_is_refused(lfpnet, capsys):
    assert lfpnet("status", "--connect", "tcp://127.0.0.1:5571") == 1
    assert "--server-key" in capsys.readouterr().err
