"""Silent clients, names that are no text, hostile logs and weights: the server answers on, and so does the next one."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from raw_peer import RawPeer
from sidecar_fixtures import plate_and_trimap, wait_until, write_plate, write_trimap

from lfpnet.weights import packaged_weights
from sidecar.wire.errors import SidecarError

EXR = {"kind": "exr"}


def still_works(workplace, client):
    pid = workplace.pid
    assert client.matte(*plate_and_trimap(seed=time.monotonic_ns() % 2**32), output=EXR).exr
    assert workplace.pid == pid
    assert "Traceback" not in workplace.logs()


def greet(peer, client_id):
    """Say hello beside other sessions of the same peer, whose messages come between."""
    peer.send("hello", protocol=[1, 1], client="v", client_id=client_id)
    return peer.receive_kind("capabilities").fields["session"]


def pictures(folder):
    plate, trimap = plate_and_trimap()
    return {
        "plate": {"kind": "file", "path": str(write_plate(folder / "ok.exr", plate))},
        "trimap": {"kind": "file", "path": str(write_trimap(folder / "tri.png", trimap))},
    }


def test_clients_that_fall_silent_while_their_jobs_end_leave_the_server_unmoved(workplace):
    client = workplace.client(options=("--session-seconds", "0.6"), tiles=1)
    client.status()
    inputs = pictures(workplace.pictures)
    with RawPeer(workplace.folder) as peer:
        for around in range(3):
            sessions = [greet(peer, f"v{index}") for index in range(30)]
            for number in range(25):
                for session in sessions:
                    space = {"working_space": f"{around} {session} {number}"}
                    peer.send("submit", session=session, job=f"j{number}", inputs=inputs, output=EXR, options=space)
            quiet = time.monotonic() + 1.2
            while time.monotonic() < quiet:
                if peer.control.poll(20):
                    peer.control.recv_multipart()
    still_works(workplace, client)
    wait_until(lambda: client.status()["clients"] == 1)
    assert client.status()["queued"] == 0


@pytest.mark.parametrize("is_read", [True, False])
def test_names_that_are_no_text_become_sentences(workplace, is_read):
    client = workplace.client()
    client.status()
    inputs = pictures(workplace.pictures)
    hidden = os.fsencode(workplace.pictures) + b"/verj\xe4hrt"
    Path(os.fsdecode(hidden)).mkdir()
    link = workplace.pictures / "show"
    link.symlink_to(os.fsdecode(hidden))
    output = {"kind": "file", "path": str(link / "o.exr")}
    if is_read:
        (link / "broken.exr").write_bytes(b"\x76\x2f\x31\x01" + bytes(100))
        inputs["plate"]["path"], output = str(link / "broken.exr"), EXR
    with RawPeer(workplace.folder) as peer:
        peer.hello()
        peer.send("submit", session=peer.session, job="j", inputs=inputs, output=output)
        reply = peer.receive_kind("error" if is_read else "result")
    if is_read:
        assert reply.fields["code"] == "bad_image"
        assert "verj\\udce4hrt" in reply.fields["sentence"]
    else:
        assert reply.fields["images"][0]["path"] == output["path"]
        assert (link / "o.exr").exists()
    still_works(workplace, client)


@pytest.mark.parametrize(
    "line",
    [
        '{"step": 100000000000000000000000000}',
        '{"step": 1, "weights": "/m/verj\\udce4hrt.safetensors"}',
        '{"a":' + "[" * 1900 + "]" * 1900 + "}",
        '{"a": NaN, "b": -Infinity}',
        "\0" * 16000,
    ],
)
def test_a_hostile_training_log_is_shown_as_far_as_it_can_be(workplace, line):
    client = workplace.client()
    client.train_start(["x"])
    wait_until(lambda: (client.train_status().get("progress") or {}).get("step"))
    with (workplace.folder / "training.log").open("ab") as log:
        log.write(b"\n" + line.encode() + b"\n")
    assert client.train_status(log_lines=500)["state"] == "running"
    assert client.status()["training"]["state"] == "running"
    still_works(workplace, client)


@pytest.mark.parametrize("kept", ["fifo", "/dev/zero", "zero byte", "number"])
def test_a_hostile_training_record_stops_no_server(workplace, kept):
    os.mkfifo(workplace.folder / "pipe")
    log = {"fifo": str(workplace.folder / "pipe"), "zero byte": "a\0b"}.get(kept, kept)
    record = {"pid": 1 << 80 if kept == "number" else 4, "start": "x", "command": [], "log": log, "exit_code": 0}
    (workplace.folder / "training.json").write_text(json.dumps(record))
    client = workplace.client()
    assert client.train_status()["state"] in ("none", "done")
    still_works(workplace, client)


def test_weights_that_say_strange_things_of_themselves_stop_no_list(workplace):
    workplace.models.mkdir()
    data = packaged_weights()[0].read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, rest = json.loads(data[8 : 8 + length]), data[8 + length :]
    for number, name in enumerate(("\ud800lone", "x" * 90_000, ["a"], "\x1b[31m🦊" * 50)):
        about = {**json.loads(header["__metadata__"]["provenance"]), "name": name, "licence": name}
        header["__metadata__"]["provenance"] = json.dumps(about)
        text = json.dumps(header).encode()
        path = workplace.models / f"m{number}.safetensors"
        path.write_bytes(len(text).to_bytes(8, "little") + text + rest)
    (workplace.models / "a\nb\x1b[31m.safetensors").write_bytes(data)
    client = workplace.client()
    names = [model["name"] for model in client.models()]
    assert {"m0", "m1", "m2", "m3"} <= set(names)
    assert not any("\n" in name for name in names)
    still_works(workplace, client)


@pytest.mark.parametrize("output", [EXR, {"kind": "inline"}])
def test_results_that_are_no_numbers_are_an_error_and_never_a_matte(workplace, output):
    client = workplace.client()
    with pytest.raises(SidecarError, match="no numbers") as caught:
        client.matte(*plate_and_trimap(), options={"plan": "not_a_number"}, output=output)
    assert caught.value.code == "model_unavailable"
    still_works(workplace, client)


def test_many_jobs_with_long_names_fit_into_one_status(workplace):
    client = workplace.client(tile_seconds=0.5)
    client.status()
    inputs = pictures(workplace.pictures)
    with RawPeer(workplace.folder) as peer:
        peer.hello(client="🦊" * 1000)
        for number in range(70):
            names = {"job": f"{number}" + "🦊" * 1000, "label": "🦊\x1b" * 1000}
            peer.send("submit", session=peer.session, inputs=inputs, output=EXR, **names)
        peer.send("status", session=peer.session)
        assert len(peer.receive_kind("status_reply").fields["jobs"]) == 64


def test_an_unforeseen_error_in_the_dispatcher_ends_the_message_it_came_from(tmp_path):
    """The session is known to nobody's code but the server's, so break what it works on: its own bookkeeping."""
    from sidecar.server.config import ServerConfig
    from sidecar.server.dispatcher import Dispatcher
    from sidecar.wire.framing import pack, unpack

    sent = []

    class FakeSockets:
        def send(self, _socket, _identity, frames):
            sent.append(unpack(frames))

    class BrokenManager:
        def __getattr__(self, name):
            raise RuntimeError("unforeseen \udce4")

    dispatcher = Dispatcher(ServerConfig(tmp_path), FakeSockets(), BrokenManager(), None, None)
    dispatcher._answer("control", b"i", pack("status", {"session": "s"}))
    assert [message.fields["code"] for message in sent] == ["internal"]
    assert "\\udce4" in sent[0].fields["sentence"]
    assert np.isfinite(dispatcher._last_tick)
