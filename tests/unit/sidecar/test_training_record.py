"""A training run is found again by the next server, and a stranger with its number is left alone."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from sidecar.server.process_identity import start_mark
from sidecar.server.training import Training
from sidecar.server.training_record import RECORD_FILE, TrainingRecord, read_record, write_record
from sidecar.wire.errors import SidecarError

WAITS = (sys.executable, "-c", "import json,time; print(json.dumps({'step': 3}), flush=True); time.sleep(60)")
ENDS = (sys.executable, "-c", "import sys; print('the disk is full'); sys.exit(int(sys.argv[2]))")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes have no start mark there")


def until(is_true):
    give_up = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < give_up
        time.sleep(0.01)


@pytest.fixture
def orphan(tmp_path):
    """A run whose server is gone; somebody else collects it, as the system's first process would."""
    with (tmp_path / "training.log").open("wb") as log:
        child = subprocess.Popen(WAITS, stdout=log, start_new_session=True)
    record = TrainingRecord(child.pid, start_mark(child.pid), WAITS, str(tmp_path / "training.log"))
    write_record(tmp_path, record)
    yield child
    child.kill()
    child.wait()


def test_the_next_server_watches_and_stops_the_run_of_a_killed_one(tmp_path, orphan):
    found = Training(tmp_path)
    until(lambda: found.report(0)["progress"] == {"step": 3})
    assert (found.report(0)["state"], found.report(0)["pid"]) == ("running", orphan.pid)
    with pytest.raises(SidecarError, match="going on"):
        found.start("train", [])
    found.stop()
    assert orphan.wait(60) == -signal.SIGTERM
    assert found.report(0)["state"] == "stopped"
    assert Training(tmp_path).report(0)["state"] == "stopped"


def test_a_run_that_ended_unseen_says_so(tmp_path, orphan):
    orphan.kill()
    until(lambda: not Training(tmp_path).is_running)  # a zombie has ended
    report = Training(tmp_path).report(20)
    assert report["state"] == "ended"
    assert "exit_code" not in report
    assert report["progress"] is None or report["progress"] == {"step": 3}


def test_a_stranger_with_the_run_s_number_is_neither_watched_nor_signalled(tmp_path):
    stranger = subprocess.Popen(WAITS, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        record = TrainingRecord(stranger.pid, start_mark(stranger.pid), WAITS, str(tmp_path / "training.log"))
        for start in (record.start + "0", ""):
            write_record(tmp_path, replace(record, start=start))
            found = Training(tmp_path)
            found.stop()
            found.stop_now()
            found.tick()
            assert found.report(0)["state"] == "ended"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize(("code", "state"), [(0, "done"), (3, "failed")])
def test_how_a_run_ended_is_still_known_to_the_next_server(tmp_path, code, state):
    training = Training(tmp_path, ENDS)
    training.start("finetune", [str(code)])
    until(lambda: not training.is_running)
    training.tick()
    report = Training(tmp_path).report(5)
    assert (report["state"], report["exit_code"], report["log"]) == (state, code, "the disk is full")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": 1, "start": "x", "command": [], "log": "y"}']
)
def test_a_damaged_record_counts_as_none(tmp_path, text):
    (tmp_path / RECORD_FILE).write_text(text)
    assert read_record(tmp_path) is None
    assert Training(tmp_path).report(0) == {"state": "none"}


def test_a_record_comes_back_whole_and_leaves_no_part_behind(tmp_path):
    record = TrainingRecord(os.getpid(), start_mark(os.getpid()), ("a", "b"), "log")
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record
    assert record.is_alive
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]
    assert json.loads((tmp_path / RECORD_FILE).read_text())["pid"] == os.getpid()


def test_only_training_commands_are_started(tmp_path):
    with pytest.raises(SidecarError, match="train, finetune"):
        Training(tmp_path).start("serve", [])
