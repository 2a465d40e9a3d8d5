"""Whatever a host passes: a sentence where it is passed, or the job; the client and its other jobs live on."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from sidecar_fixtures import plate_and_trimap

from sidecar.client import Client, Pixels
from sidecar.client import connection as connection_module
from sidecar.client.arguments import check_submit
from sidecar.client.request import build_request
from sidecar.wire.errors import SidecarError

EXR = {"kind": "exr"}
WRONG = {
    "tile a fraction": {"options": {"tile": 512.5}},
    "tile a text": {"options": {"tile": "512"}},
    "inner_pixels nan": {"options": {"inner_pixels": float("nan")}},
    "inner_pixels numpy infinity": {"options": {"inner_pixels": np.float32("inf")}},
    "a number beyond all types": {"options": {"tile": 10**5000}},
    "tta a number": {"options": {"tta": 1}},
    "an option that is none": {"options": {"tiles": 512}},
    "options a list": {"options": [1]},
    "options with numbers for names": {"options": {1: 2}},
    "label too long": {"label": "x" * 5000},
    "label no text": {"label": "a\udce4"},
    "label bytes": {"label": b"a"},
    "priority a number": {"priority": 1},
    "priority unknown": {"priority": "urgent"},
    "coalesce a pair": {"coalesce": ("node", 1001)},
    "layer a number": {"layer": 3},
    "timeout nan": {"timeout_seconds": float("nan")},
    "timeout infinite": {"timeout_seconds": float("inf")},
    "timeout negative": {"timeout_seconds": -1.0},
    "timeout a text": {"timeout_seconds": "3"},
    "preview a number": {"preview": 1},
    "output empty": {"output": {}},
    "output none": {"output": None},
    "output of another kind": {"output": {"kind": "tiff"}},
    "output kind a list": {"output": {"kind": []}},
    "output depth a number": {"output": {"kind": "inline", "depth": 16}},
    "output depth unknown": {"output": {"kind": "inline", "depth": "16"}},
    "output without path": {"output": {"kind": "file"}},
    "output path too long": {"output": {"kind": "file", "path": "/tmp/" + "a" * 5000 + ".exr"}},
    "output path no text": {"output": {"kind": "file", "path": "/tmp/a\udce4.exr"}},
    "output path bytes": {"output": {"kind": "file", "path": b"/tmp/a.exr"}},
    "output misspelt": {"output": {"kind": "exr", "dept": "half"}},
    "working space a number": {"options": {"working_space": 5}},
    "model a number": {"model": 3},
    "plate path too long": {"plate": "/tmp/" + "a" * 5000},
    "plate path no text": {"plate": "/tmp/verj\udce4hrt.exr"},
    "plate none": {"plate": None},
    "plate a number": {"plate": 7},
    "plate of objects": {"plate": np.array([[None]])},
    "plate of nothing": {"plate": np.zeros((0, 3, 3), np.float32)},
    "channel names too long": {"plate": Pixels(np.zeros((2, 2, 3), np.float32), channels=("R" * 5000, "G", "B"))},
    "a window of nan": {"plate": Pixels(np.zeros((2, 2, 3), np.float32), data_window=(0, 0, float("nan"), 1))},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """No server is needed, and none can start: what is wrong has to be said before that."""
    folder = tmp_path_factory.mktemp("r")
    folder.chmod(0o700)
    with Client.local("test", directory=folder, command=["/bin/sleep", "100"], patience_seconds=100) as client:
        yield client


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_one_sentence_where_it_is_given(client, name):
    plate, trimap = plate_and_trimap()
    other = client.submit(plate, trimap, output=EXR)
    given = {"plate": plate, "trimap": trimap, "output": EXR, **WRONG[name]}
    with pytest.raises(SidecarError) as caught:
        client.submit(given.pop("plate"), given.pop("trimap"), **given)
    assert caught.value.code in ("bad_option", "bad_image", "limit_exceeded")
    assert "\n" not in caught.value.sentence
    assert len(caught.value.sentence) > 20
    time.sleep(0.02)
    assert not other.is_over
    assert client._thread.is_alive()
    client.cancel(other)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1, "3", None])
def test_blocking_calls_want_a_time_that_can_be_waited(client, wrong):
    with pytest.raises(SidecarError) as caught:
        client.status(wrong)
    assert caught.value.code == "bad_option"
    job = client.submit(*plate_and_trimap(), output=EXR)
    if wrong is not None:
        with pytest.raises(SidecarError):
            job.wait(wrong)
    client.cancel(job)


def test_other_commands_check_their_arguments_too(client):
    for wrong in (
        lambda: client.cancel("job"),
        lambda: client.shutdown(how=5),
        lambda: client.train_start("--steps 5"),
        lambda: client.train_start([5]),
        lambda: client.train_start(["a\udce4"]),
        lambda: client.train_status(log_lines=-1),
    ):
        with pytest.raises(SidecarError) as caught:
            wrong()
        assert caught.value.code == "bad_option"


def test_numpy_numbers_and_paths_are_taken(client):
    job = client.submit(
        *plate_and_trimap(),
        output={"kind": "file", "path": Path("matte.exr"), "depth": "half"},
        options={"tile": np.int64(512), "inner_pixels": np.float32(3), "tta": np.bool_(1)},
        label=Path("/show/sc010"),
        model=Path("m"),
        timeout_seconds=np.float64(30),
    )
    assert job.request["options"] == {"tile": 512, "inner_pixels": 3.0, "tta": True}
    assert job.request["output"]["path"] == str(Path.cwd() / "matte.exr")
    assert job.request["label"] == os.fspath(Path("/show/sc010"))
    client.cancel(job)


def test_a_status_ends_in_time_even_when_the_thread_is_stuck(client, monkeypatch):
    monkeypatch.setattr("sidecar.client.pending_replies.GRACE_SECONDS", 0.1)
    monkeypatch.setattr(client._connection, "post", lambda *_: None)
    with pytest.raises(SidecarError) as caught:
        client.status(0.1)
    assert caught.value.code == "timed_out"


def test_an_unforeseen_error_in_the_thread_costs_a_connection_and_not_the_client(client, monkeypatch):
    def fail_once(_connection):
        monkeypatch.undo()
        raise ZeroDivisionError("unforeseen")

    job = client.submit(*plate_and_trimap(), output=EXR)
    monkeypatch.setattr(connection_module.Connection, "_watch", fail_once)
    time.sleep(0.5)
    assert client._thread.is_alive()
    assert not job.is_over
    client.cancel(job)
    with pytest.raises(SidecarError):
        job.wait(10)


@pytest.mark.parametrize("depth", ["half", "float", "auto"])
def test_every_depth_of_the_protocol_is_taken(depth):
    request, _ = build_request({"plate": "/a/p.exr", "trimap": "/a/t.exr"}, {"kind": "exr", "depth": depth}, {})
    check_submit(request)
