"""Peers that break the protocol, do not read, lie about sizes, or may not be here at all."""

import random
import socket
import subprocess
import sys

import numpy as np
import pytest
import zmq
from raw_peer import RawPeer
from sidecar_fixtures import PATIENCE_SECONDS, ROOT, command, environment, plate_and_trimap, wait_until, write_plate

from sidecar.client import Client
from sidecar.runtime import keys
from sidecar.runtime.endpoint import runtime_directory
from sidecar.wire.errors import SidecarError
from sidecar.wire.framing import pack, unpack
from sidecar.wire.limits import CHUNK_BYTES, FRAME_BYTES
from sidecar.wire.version import MAGIC, PROTOCOL

OUTPUT = {"kind": "exr"}
IMAGE = {"kind": "inline", "dtype": "float32", "shape": [600, 600, 3]}
TRIMAP = {"kind": "inline", "dtype": "uint8", "shape": [600, 600]}


def still_works(client):
    return client.matte(*plate_and_trimap(), output=OUTPUT).exr


def test_ten_thousand_broken_messages_leave_the_server_unmoved(workplace):
    client = workplace.client()
    client.status()
    pid = workplace.pid
    chance = random.Random(11)
    good = pack("hello", {"protocol": [1, 0], "client": "x", "client_id": "y"})
    bombs = [b"\xdd\xff\xff\xff\xff", b"\x91" * 60000, b"\xdf\xff\xff\xff\xff", b"\x80" * 60000, b""]
    with RawPeer(workplace.folder) as peer:
        for index in range(10_000):
            header = bytearray(good[1])
            for _ in range(chance.randrange(1, 5)):
                header[chance.randrange(len(header))] = chance.randrange(256)
            broken = [
                [MAGIC, bytes(header)],
                [MAGIC, good[1][: chance.randrange(len(good[1]))]],
                [MAGIC, chance.choice(bombs)],
                [chance.randbytes(chance.randrange(20)) for _ in range(chance.randrange(1, 6))],
                [MAGIC, good[1], b"payload"],
            ][index % 5]
            target = peer.control if index % 2 else peer.data
            target.send_multipart(broken)
            while peer.control.poll(0):
                assert unpack(peer.control.recv_multipart()).kind in ("error", "capabilities")
            while peer.data.poll(0):
                assert unpack(peer.data.recv_multipart()).kind == "error"
    assert still_works(client)
    assert workplace.pid == pid
    assert "Traceback" not in workplace.logs()


def test_bytes_that_are_not_zeromq_at_all_are_ignored(workplace):
    client = workplace.client(options=("--listen", "tcp://127.0.0.1:*"), uses_shared_memory=False)
    client.status()
    with RawPeer(workplace.folder) as peer:
        host, port = peer.endpoint.control.removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port))) as garbage:
            garbage.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" + bytes(1000))
    assert still_works(client)


def test_an_oversize_frame_closes_its_connection_only(workplace):
    client = workplace.client()
    client.status()
    with RawPeer(workplace.folder) as peer:
        peer.hello()
        monitor = peer.data.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        header = pack("put", {"session": peer.session, "job": "j", "image": "plate", "offset": 0})[1]
        peer.data.send_multipart([MAGIC, header, bytes(FRAME_BYTES + 1)])
        assert monitor.poll(int(PATIENCE_SECONDS * 1000))
        peer.data.disable_monitor()
        monitor.close(linger=0)
    assert still_works(client)


def test_another_major_version_is_refused_with_both_versions(workplace):
    workplace.client().status()
    with RawPeer(workplace.folder) as peer:
        refusal = peer.hello(protocol=[2, 7])
        assert refusal.fields["code"] == "version_mismatch"
        assert "2.7" in refusal.fields["sentence"]
        assert ".".join(map(str, PROTOCOL)) in refusal.fields["sentence"]
        assert peer.hello(protocol=[1, 99]).kind == "capabilities"


def test_a_server_of_another_version_is_a_clear_error_in_the_client(workplace):
    from sidecar.runtime.endpoint import Endpoint, write_endpoint
    from sidecar.runtime.lock import OwnerLock

    address = f"ipc://{workplace.folder}/fake"
    lock = OwnerLock(workplace.folder / "lock")
    assert lock.acquire()
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.bind(address)
        write_endpoint(workplace.folder, Endpoint(address, address + "d", instance="new", pid=1))
        client = workplace.client()
        job = client.submit(*plate_and_trimap(), output=OUTPUT)
        assert router.poll(int(PATIENCE_SECONDS * 1000))
        identity = router.recv_multipart()[0]
        error = SidecarError("version_mismatch", "This side speaks protocol 2.0 but you speak 1.0: update.")
        router.send_multipart([identity, *pack("error", error.fields())])
        with pytest.raises(SidecarError, match=r"2\.0") as caught:
            job.wait(PATIENCE_SECONDS)
        assert caught.value.code == "version_mismatch"
        client.close()
        router.close(linger=0)
    lock.release()


def test_a_wrong_token_is_refused(workplace):
    client = workplace.client(options=("--listen", "tcp://127.0.0.1:*"), uses_shared_memory=False)
    assert still_works(client)
    with RawPeer(workplace.folder) as peer:
        assert len(peer.endpoint.token) == 64
        assert peer.hello(token="").fields["code"] == "unauthorised"
        assert peer.hello(token="f" * 64).fields["code"] == "unauthorised"


def test_nothing_can_be_done_without_a_session(workplace):
    workplace.client().status()
    with RawPeer(workplace.folder) as peer:
        for kind, fields in {
            "status": {},
            "shutdown": {"how": "now"},
            "cancel": {"job": "j"},
            "train_start": {"arguments": []},
            "slot_open": {"request": "r", "bytes": 10},
        }.items():
            peer.send(kind, session="guessed", **fields)
            assert peer.receive().fields["code"] == "unknown_session"


def test_announced_sizes_are_refused_before_memory_is_taken(workplace):
    client = workplace.client()
    before = client.status()["memory"]["resident_bytes"]
    with RawPeer(workplace.folder) as peer:
        peer.hello()
        huge = {**IMAGE, "shape": [16384, 16384, 4]}
        peer.send("submit", session=peer.session, job="j", inputs={"plate": huge, "trimap": TRIMAP}, output=OUTPUT)
        assert peer.receive().fields["code"] == "limit_exceeded"
        peer.send("slot_open", session=peer.session, request="r", bytes=1 << 50)
        refusal = peer.receive().fields
        assert (refusal["code"], refusal["request"]) == ("limit_exceeded", "r")
        codes = []
        for index in range(300):
            inputs = {"plate": {"kind": "exr", "bytes": 1 << 30}, "trimap": TRIMAP}
            peer.send("submit", session=peer.session, job=f"j{index}", inputs=inputs, output=OUTPUT)
            codes.append(peer.receive().fields.get("code"))
        assert codes[:3] == [None] * 3
        assert set(codes[5:]) == {"limit_exceeded"}
    assert client.status()["memory"]["resident_bytes"] - before < 64 << 20


def test_jobs_over_a_clients_share_are_refused(workplace):
    workplace.client().status()
    with RawPeer(workplace.folder) as peer:
        peer.hello()
        codes = []
        for index in range(300):
            peer.send(
                "submit",
                session=peer.session,
                job=f"j{index}",
                inputs={"plate": IMAGE, "trimap": TRIMAP},
                output=OUTPUT,
            )
            codes.append(peer.receive().fields.get("code"))
        assert codes == [None] * 256 + ["too_many_jobs"] * 44


def test_pixels_for_nothing_out_of_order_or_too_many_are_refused(workplace):
    client = workplace.client()
    client.status()
    with RawPeer(workplace.folder) as peer:
        peer.hello()
        peer.send("submit", session=peer.session, job="j", inputs={"plate": IMAGE, "trimap": TRIMAP}, output=OUTPUT)
        assert peer.receive().fields["uploads"] == ["plate", "trimap"]
        for job, image, offset, code in (
            ("none", "plate", 0, "unknown_job"),
            ("j", "edge", 0, "bad_message"),
            ("j", "plate", 5, "bad_message"),
            ("j", "trimap", 0, "bad_message"),
        ):
            about = {"session": peer.session, "job": job, "image": image, "offset": offset}
            peer.data.send_multipart(pack("put", about, bytes(CHUNK_BYTES)))
            assert peer.receive(source=peer.data).fields["code"] == code
        peer.data.send_multipart(
            pack("fetch", {"session": peer.session, "job": "j", "blob": "0", "offset": 0, "bytes": 10})
        )
        assert peer.receive(source=peer.data).fields["code"] == "result_gone"
    assert still_works(client)


def test_a_reader_that_does_not_read_costs_a_bounded_number_of_bytes(workplace):
    client = workplace.client()
    client.status()
    with RawPeer(workplace.folder, receive_queue=4) as peer:
        peer.hello()
        grey = np.full((1200, 1500, 3), 0.18, np.float32)
        exr = write_plate(workplace.pictures / "grey.exr", grey).read_bytes()
        image = {"kind": "exr", "bytes": len(exr)}
        peer.send("submit", session=peer.session, job="j", output={"kind": "inline"},
                  inputs={"plate": image, "trimap": {**TRIMAP, "shape": [1200, 1500]}})  # fmt: skip
        peer.receive_kind("accepted")
        send_in_pieces(peer, "plate", exr)
        send_in_pieces(peer, "trimap", bytes(1200 * 1500))
        result = peer.receive_kind("result")
        nbytes = 1200 * 1500 * 12
        assert result.fields["images"][1]["shape"] == [1200, 1500, 3]
        before = client.status()["memory"]["resident_bytes"]
        about = {"session": peer.session, "job": "j", "blob": "1", "bytes": CHUNK_BYTES}
        for index in range(600):  # asks for 600 MB and reads none of it
            peer.data.send_multipart(pack("fetch", {**about, "offset": index * CHUNK_BYTES % nbytes}))
            peer.send("ping", session=peer.session)
        grown = client.status()["memory"]["resident_bytes"] - before
        assert grown < 200 << 20
    assert still_works(client)


def send_in_pieces(peer, image, data):
    for offset in range(0, len(data), CHUNK_BYTES):
        about = {"session": peer.session, "job": "j", "image": image, "offset": offset}
        peer.data.send_multipart(pack("put", about, data[offset : offset + CHUNK_BYTES]))


@pytest.mark.skipif(sys.platform == "win32", reason="needs Unix users")
def test_another_user_cannot_connect(workplace):
    import os

    if os.getuid() != 0:
        pytest.skip("only root can become another user for the test")
    client = workplace.client()
    client.status()
    workplace.pid  # noqa: B018 - waits for the endpoint
    with RawPeer(workplace.folder) as peer:
        addresses = [peer.endpoint.control, peer.endpoint.data]
    script = (
        "import os, socket, sys\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for address in sys.argv[1:]:\n"
        "    try: socket.socket(socket.AF_UNIX).connect(address.removeprefix('ipc://'))\n"
        "    except PermissionError: print('refused')\n"
    )
    call = [sys.executable, "-c", script, *addresses]
    stranger = subprocess.run(call, capture_output=True, check=True)
    assert stranger.stdout == b"refused\nrefused\n"
    # The sockets refuse by themselves too, should somebody open the folder.
    workplace.folder.chmod(0o755)
    assert subprocess.run(call, capture_output=True, check=True).stdout == b"refused\nrefused\n"
    workplace.folder.chmod(0o700)
    assert still_works(client)


def free_port():
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture
def gpu_box(workplace):
    """A sidecar on TCP with CURVE, and the folder of its keys."""
    import os

    box = workplace.folder / "keys"
    keys.create_pair(box, "server")
    mine, _ = keys.create_pair(workplace.folder / "mine", "artist")
    keys.allow_client(box, mine)
    keys.create_pair(workplace.folder / "stranger", "stranger")
    address = f"tcp://localhost:{free_port()}".replace(
        "localhost", "127.0.0.2" if sys.platform == "linux" else "0.0.0.0"
    )
    variables = {**os.environ, **environment({}), "LFPNET_RUNTIME_DIR": str(workplace.folder)}
    call = command("--listen", address, "--keys", str(box), "--allow", str(workplace.pictures))
    with (workplace.folder / "sidecar-box.log").open("wb") as log:
        server = subprocess.Popen(call, env=variables, stderr=log)
    remote = runtime_directory({"LFPNET_RUNTIME_DIR": str(workplace.folder / "remote")})
    try:
        wait_until(lambda: (remote / "endpoint.json").exists() or server.poll() is not None)
        assert server.poll() is None, workplace.logs()
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def connect(workplace, address, who="mine/artist.secret", server="keys/server.key", patience_seconds=60.0):
    return Client.remote(
        "test", address, server_key=workplace.folder / server, secret=workplace.folder / who,
        patience_seconds=patience_seconds,
    )  # fmt: skip


def test_an_allowed_key_mattes_over_encrypted_tcp(workplace, gpu_box):
    plate, trimap = plate_and_trimap(400, 500)
    with connect(workplace, gpu_box) as client:
        layers = client.matte(plate, trimap, output={"kind": "inline"}).layers
        np.testing.assert_array_equal(layers["foreground"], plate)
        assert "shm" not in client.capabilities["transports"]
        with pytest.raises(SidecarError) as caught:
            client.matte("/etc/hostname", trimap, output=OUTPUT)
        assert caught.value.code == "path_refused"
        with pytest.raises(SidecarError) as caught:
            client.train_start([])
        assert caught.value.code == "unauthorised"


def test_an_unknown_key_is_refused_in_one_sentence(workplace, gpu_box):
    with connect(workplace, gpu_box, who="stranger/stranger.secret") as client:
        job = client.submit(*plate_and_trimap(), output=OUTPUT)
        with pytest.raises(SidecarError, match="key") as caught:
            job.wait(PATIENCE_SECONDS)
        assert caught.value.code == "unauthorised"


def test_a_wrong_server_key_is_refused_in_one_sentence(workplace, gpu_box):
    with connect(workplace, gpu_box, server="stranger/stranger.key") as client:
        job = client.submit(*plate_and_trimap(), output=OUTPUT)
        with pytest.raises(SidecarError, match="key") as caught:
            job.wait(PATIENCE_SECONDS)
        assert caught.value.code == "unauthorised"


def test_an_unencrypted_peer_gets_nothing(workplace, gpu_box):
    from sidecar.runtime.endpoint import remote_endpoint

    with RawPeer(workplace.folder, endpoint=remote_endpoint(gpu_box)) as peer:
        monitor = peer.control.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_DISCONNECTED)
        peer.send("hello", protocol=[1, 0], client="x", client_id="y")
        assert monitor.poll(int(PATIENCE_SECONDS * 1000))
        assert not peer.control.poll(0)
        peer.control.disable_monitor()
        monitor.close(linger=0)


def test_a_server_that_is_not_there_is_unreachable(workplace):
    keys.create_pair(workplace.folder / "mine", "artist")
    keys.create_pair(workplace.folder / "keys", "server")
    address = f"tcp://127.0.0.1:{free_port()}"
    with connect(workplace, address, patience_seconds=1.0) as client:
        job = client.submit(*plate_and_trimap(), output=OUTPUT)
        with pytest.raises(SidecarError, match=address) as caught:
            job.wait(PATIENCE_SECONDS)
        assert caught.value.code == "unreachable"


def test_tcp_beyond_loopback_without_keys_is_refused(workplace):
    import os

    variables = {**os.environ, **environment({}), "LFPNET_RUNTIME_DIR": str(workplace.folder)}
    call = [sys.executable, "-c", SERVE, "--listen", "tcp://0.0.0.0:5571"]
    done = subprocess.run(
        call, env=variables, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 2
    assert "needs --keys" in done.stderr


SERVE = (
    "import argparse, sys; from sidecar.cli import serve\n"
    "p = argparse.ArgumentParser(); serve.add_parser(p.add_subparsers())\n"
    "a = p.parse_args(['serve', *sys.argv[1:]]); sys.exit(a.run(a))"
)
