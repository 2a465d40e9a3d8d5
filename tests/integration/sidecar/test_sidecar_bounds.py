"""Bounds that are measured: connections, sessions of one program, pieces of one byte, slots that jobs still use."""

import socket

import pytest
from raw_peer import RawPeer
from sidecar_fixtures import command, environment, plate_and_trimap

from sidecar.client import Client
from sidecar.server.config import ServerLimits
from sidecar.server.jobs import Upload
from sidecar.server.shared_memory import SlotPool
from sidecar.wire.errors import SidecarError

EXR = {"kind": "exr"}


def test_connections_without_end_end_nobody(workplace):
    limited = ["sh", "-c", 'ulimit -n 400; exec "$@"', "sh", *command()]
    with Client.local("host", directory=workplace.folder, command=limited, environment=environment({})) as client:
        client.status(60)
        pid = workplace.pid
        path = client._connection._sockets.endpoint.control.removeprefix("ipc://")
        idle = []
        try:
            for _ in range(500):
                one = socket.socket(socket.AF_UNIX)
                idle.append(one)
                one.settimeout(0.2)
                try:
                    one.connect(path)
                except OSError:
                    break  # nobody new is let in
            assert client.status(60)["pid"] == pid
            assert client.matte(*plate_and_trimap(), output=EXR).exr
        finally:
            for one in idle:
                one.close()
        assert len(idle) < 500
        with Client.local("late", directory=workplace.folder, command=limited) as late:
            assert late.status(60)["pid"] == pid
        client.shutdown(how="now")


def test_one_program_cannot_take_every_session(workplace):
    workplace.client().status()
    with RawPeer(workplace.folder) as peer:
        codes = [peer.hello(client_id=f"c{index}").fields.get("code") for index in range(40)]
    assert codes == [None] * 32 + ["too_many_clients"] * 8
    assert workplace.client("another").status()["clients"] >= 33


def test_pieces_of_one_byte_are_joined_as_they_come():
    upload = Upload(200_000)
    for offset in range(100_000):
        upload.add(offset, memoryview(b"x"))
    upload.add(100_000, memoryview(bytes(100_000)))
    assert upload.is_complete
    assert len(upload.pieces) == 2


def test_slots_that_were_closed_count_while_jobs_still_use_them():
    pool = SlotPool(ServerLimits(client_slots=2, client_bytes=1 << 20))
    views = []
    for _ in range(2):
        slot = pool.open(4096)
        views.append(pool.view(slot.name, 0, 4096))
        pool.close(slot.name)
        del slot
    assert pool.nbytes == 8192
    with pytest.raises(SidecarError) as caught:
        pool.open(4096)
    assert caught.value.code == "limit_exceeded"
    views.clear()
    assert pool.nbytes == 0
    assert pool.open(4096)
