"""Real server processes, real sockets, real files; only the network is a quick one."""

import threading

import numpy as np
import pytest
from sidecar_fixtures import (
    PATIENCE_SECONDS,
    assert_is_matte_of,
    plate_and_trimap,
    wait_until,
    write_plate,
    write_trimap,
)  # fmt: skip

from sidecar.client import Pixels
from sidecar.wire.errors import SidecarError


def code_of(job):
    with pytest.raises(SidecarError) as caught:
        job.wait(PATIENCE_SECONDS)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("uses_shared_memory", [True, False])
@pytest.mark.parametrize("size", [(1, 1), (37, 19), (700, 900)])
def test_arrays_come_back_exact_by_either_transport(workplace, size, uses_shared_memory):
    client = workplace.client(uses_shared_memory=uses_shared_memory)
    plate, trimap = plate_and_trimap(*size)
    for _ in range(2):  # the second time through reused slots and from the cache
        result = client.submit(plate, trimap, output={"kind": "inline"}).wait(PATIENCE_SECONDS)
        np.testing.assert_array_equal(result.layers["alpha"], trimap.astype(np.float32) / 255)
        np.testing.assert_array_equal(result.layers["foreground"], plate)
        np.testing.assert_array_equal(result.layers["background"], plate * np.float32(0.5))
    assert result.is_cached
    assert (client.status()["memory"]["slot_bytes"] > 0) == uses_shared_memory


def test_files_in_and_a_file_out(workplace):
    plate, trimap = plate_and_trimap()
    sources = (
        write_plate(workplace.pictures / "plate.exr", plate),
        write_trimap(workplace.pictures / "trimap.png", trimap),
    )
    target = workplace.pictures / "matte.exr"
    result = workplace.client().matte(*sources, output={"kind": "file", "path": target, "depth": "float"})
    assert result.path == str(target)
    assert_is_matte_of(target, plate, trimap)
    assert sorted(path.name for path in workplace.pictures.iterdir()) == ["matte.exr", "plate.exr", "trimap.png"]


def test_file_bytes_in_and_exr_bytes_out(workplace):
    plate, trimap = plate_and_trimap(300, 400)
    sources = write_plate(workplace.pictures / "p.exr", plate), write_trimap(workplace.pictures / "t.png", trimap)
    exr = (
        workplace.client()
        .matte(
            *(path.read_bytes() for path in sources), output={"kind": "exr", "depth": "float", "compression": "none"}
        )
        .exr
    )
    assert len(exr) > 1 << 20  # more than one piece
    target = workplace.pictures / "out.exr"
    target.write_bytes(exr)
    assert_is_matte_of(target, plate, trimap)


def test_what_a_bare_array_cannot_say_is_obeyed(workplace):
    plate, trimap = plate_and_trimap()
    rgba = np.dstack([plate[..., 2], plate[..., 1], plate[..., 0], trimap.astype(np.float32)])
    upside_down = Pixels(rgba[::-1], channels=("B", "G", "R", "A"), origin="bottom-left", data_window=(-2, -3, 37, 26))
    result = workplace.client().matte(
        upside_down, Pixels(trimap[::-1], origin="bottom-left"), output={"kind": "inline"}
    )
    np.testing.assert_array_equal(result.layers["foreground"], plate)
    np.testing.assert_array_equal(result.layers["alpha"], trimap.astype(np.float32) / 255)


def test_roto_and_core_with_edge_make_a_trimap(workplace):
    plate, _ = plate_and_trimap(40, 40)
    roto = np.zeros((40, 40), np.float32)
    roto[10:30, 10:30] = 1
    client = workplace.client()
    options = {"inner_pixels": 2, "outer_pixels": 3}
    alpha = client.matte(plate, roto=roto, options=options, output={"kind": "inline"}).layers["alpha"]
    assert (alpha[20, 20], alpha[0, 0]) == (1, 0)
    assert 0 < alpha[10, 20] < 1
    core = np.where(alpha == 1, np.float32(1), np.float32(0))
    edge = np.where(alpha > 0, np.float32(1), np.float32(0))
    again = client.matte(plate, core=core, edge=edge, output={"kind": "inline"}).layers["alpha"]
    np.testing.assert_array_equal(again, alpha)


def test_what_is_solid_inside_is_foreground_beside_any_other_mask(workplace):
    plate, trimap = plate_and_trimap(40, 40)
    solid = np.zeros((40, 40), np.float32)
    solid[5:35, 5:9] = 1
    assert (trimap[5:35, 5:9] != 255).any()
    client = workplace.client()
    alpha = client.matte(plate, trimap, solid=solid, output={"kind": "inline"}).layers["alpha"]
    np.testing.assert_array_equal(alpha, np.where(solid > 0, 1, trimap.astype(np.float32) / 255).astype(np.float32))


def test_a_preview_comes_before_the_end(workplace):
    plate, trimap = plate_and_trimap()
    client = workplace.client(tiles=1000, tile_seconds=0.05)
    job = client.submit(plate, trimap, preview=True, output={"kind": "exr"})
    wait_until(lambda: job.preview is not None)
    assert not job.is_over
    np.testing.assert_array_equal(job.preview, trimap)
    client.cancel(job)
    assert code_of(job) == "cancelled"


def test_progress_reaches_the_host_and_cancel_stops_between_tiles(workplace):
    plate, trimap = plate_and_trimap()
    client = workplace.client(tiles=100_000, tile_seconds=0.01)
    job = client.submit(plate, trimap, output={"kind": "exr"}, label="shot 10 frame 1001")
    wait_until(lambda: job.done > 2)
    assert client.status()["jobs"][0]["label"] == "shot 10 frame 1001"
    client.cancel(job)
    assert code_of(job) == "cancelled"
    wait_until(lambda: client.status()["jobs"] == [])
    kinds = {kind for kind, _ in client.poll()}
    assert {"accepted", "progress", "cancelled"} <= kinds


def test_a_newer_request_for_the_same_node_and_frame_replaces_the_older(workplace):
    plate, trimap = plate_and_trimap()
    client = workplace.client(tiles=100_000, tile_seconds=0.01)
    first = client.submit(plate, trimap, output={"kind": "exr"}, coalesce="node1/1001")
    other = client.submit(plate, trimap, output={"kind": "exr"}, coalesce="node1/1002", options={"tile": 1})
    last = client.submit(plate, trimap, output={"kind": "exr"}, coalesce="node1/1001", options={"tile": 2})
    assert code_of(first) == "cancelled"
    assert first.error.detail == "superseded"
    assert last.wait(PATIENCE_SECONDS).exr
    assert other.wait(PATIENCE_SECONDS).exr


def test_interactive_work_of_one_client_overtakes_the_batch_of_another(workplace):
    plate, trimap = plate_and_trimap()
    farm, artist = workplace.client("farm", tile_seconds=0.05), workplace.client("artist")
    output = {"kind": "exr"}
    batch = [farm.submit(plate + index, trimap, output=output, priority="batch") for index in range(20)]
    wait_until(lambda: batch[0].state not in ("submitted", "accepted"))
    artist.submit(plate, trimap, output=output).wait(PATIENCE_SECONDS)
    assert not batch[-1].is_over
    for job in batch:
        job.wait(PATIENCE_SECONDS)


BAD = {
    "a missing file": ({"plate": "/nowhere/plate.exr"}, "bad_image"),
    "a size mismatch": ({"trimap": np.zeros((3, 3), np.uint8)}, "size_mismatch"),
    "no mask": ({"trimap": None}, "bad_option"),
    "two masks": ({"roto": np.zeros((30, 40), np.uint8)}, "bad_option"),
    "bytes of no picture": ({"plate": b"this is no picture at all"}, "bad_image"),
    "a truncated EXR": ({"plate": b"\x76\x2f\x31\x01\x02\x00\x00\x00" + bytes(100)}, "bad_image"),
    "too many channels to guess": ({"plate": np.zeros((30, 40, 7), np.float32)}, "bad_image"),
    "an unknown model": ({"model": "skin"}, "model_unavailable"),
    "an unknown priority": ({"priority": "urgent"}, "bad_option"),
    "an unknown depth": ({"output": {"kind": "inline", "depth": "double"}}, "bad_option"),
    "a negative band": (
        {"trimap": None, "roto": np.zeros((30, 40), np.uint8), "options": {"inner_pixels": -1}}, "bad_option"
    ),
    "a folder that is not there": ({"output": {"kind": "file", "path": "/nowhere/matte.exr"}}, "output_failed"),
    "an output that is no EXR": ({"output": {"kind": "file", "path": "/tmp/matte.png"}}, "bad_option"),
    "a device without memory": ({"options": {"plan": "out_of_memory"}}, "device"),
    "an unforeseen failure": ({"options": {"plan": "unforeseen"}}, "internal"),
}  # fmt: skip


def test_whatever_is_wrong_with_a_job_is_one_sentence_and_the_server_lives(workplace):
    client = workplace.client()
    plate, trimap = plate_and_trimap()
    for name, (changes, code) in BAD.items():
        request = {"plate": plate, "trimap": trimap, "output": {"kind": "exr"}, **changes}
        with pytest.raises(SidecarError) as caught:  # the client says what it can tell, the server the rest
            client.submit(**request).wait(PATIENCE_SECONDS)
        assert caught.value.code == code, name
        assert caught.value.sentence.endswith("."), name
    pid = workplace.pid
    assert client.matte(plate, trimap, output={"kind": "exr"}).exr
    assert workplace.pid == pid
    assert list(workplace.pictures.iterdir()) == []


def test_corrupt_exr_bytes_never_crash_the_server(workplace):
    plate, trimap = plate_and_trimap()
    good = write_plate(workplace.pictures / "p.exr", plate).read_bytes()
    chance = np.random.default_rng(3)
    client = workplace.client()
    jobs = []
    for index in range(60):
        data = bytearray(good[: chance.integers(1, len(good))] if index % 2 else good)
        for _ in range(20):
            data[chance.integers(len(data))] = chance.integers(256)
        jobs.append(client.submit(bytes(data), trimap, output={"kind": "exr"}))
    pid = workplace.pid
    for job in jobs:
        wait_until(lambda job=job: job.is_over)
        assert job.error is None or job.error.code in ("bad_image", "size_mismatch")
    assert any(job.error for job in jobs)
    assert client.matte(plate, trimap, output={"kind": "exr"}).exr
    assert workplace.pid == pid


def test_a_full_disk_leaves_no_file_and_says_so(workplace):
    resource = pytest.importorskip("resource")
    plate, trimap = plate_and_trimap(200, 200)
    client = workplace.client()
    client.status()
    # A process that may not write longer files fails like a full disk does, in the middle of writing.
    resource.prlimit(workplace.pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    job = client.submit(plate, trimap, output={"kind": "exr"})
    target = workplace.pictures / "matte.exr"
    job = client.submit(plate, trimap, output={"kind": "file", "path": target})
    assert code_of(job) == "output_failed"
    assert job.error.retryable
    assert list(workplace.pictures.iterdir()) == []
    resource.prlimit(workplace.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    client.matte(plate, trimap, output={"kind": "file", "path": target, "depth": "float"})
    assert_is_matte_of(target, plate, trimap)


def test_paths_outside_the_allowed_folders_are_refused(workplace):
    plate, trimap = plate_and_trimap()
    client = workplace.client(options=("--allow", str(workplace.pictures)))
    assert code_of(client.submit("/etc/hostname", trimap, output={"kind": "exr"})) == "path_refused"
    outside = {"kind": "file", "path": workplace.folder / "matte.exr"}
    assert code_of(client.submit(plate, trimap, output=outside)) == "path_refused"
    client.matte(plate, trimap, output={"kind": "file", "path": workplace.pictures / "matte.exr"})


def test_the_plate_itself_is_never_overwritten(workplace):
    plate, trimap = plate_and_trimap()
    path = write_plate(workplace.pictures / "plate.exr", plate)
    before = path.read_bytes()
    assert code_of(workplace.client().submit(path, trimap, output={"kind": "file", "path": path})) == "output_failed"
    assert path.read_bytes() == before


def test_a_job_out_of_time_fails_and_stops(workplace):
    plate, trimap = plate_and_trimap()
    client = workplace.client(tiles=100_000, tile_seconds=0.01)
    assert code_of(client.submit(plate, trimap, output={"kind": "exr"}, timeout_seconds=1.5)) == "timed_out"
    wait_until(lambda: client.status()["jobs"] == [])


def test_two_flooding_clients_are_both_served_in_full(workplace):
    plates = [plate_and_trimap(seed=seed) for seed in range(40)]
    clients = [workplace.client(f"client{index}") for index in range(2)]
    jobs = {}

    def flood(index):
        jobs[index] = [clients[index].submit(*plates[seed], output={"kind": "inline"}) for seed in range(40)]

    threads = [threading.Thread(target=flood, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in range(2):
        for (plate, _), job in zip(plates, jobs[index], strict=True):
            np.testing.assert_array_equal(job.wait(PATIENCE_SECONDS).layers["foreground"], plate)


def test_many_frames_in_a_row_leave_the_memory_flat(workplace):
    client = workplace.client()
    sizes = []
    for seed in range(40):
        plate, trimap = plate_and_trimap(200, 300, seed=seed)
        client.matte(plate, trimap, output=({"kind": "inline"}, {"kind": "exr"})[seed % 2])
        memory = client.status()["memory"]
        sizes.append(memory["resident_bytes"] - memory["cache_bytes"])
    assert sizes[-1] - sizes[20] < 64 << 20
    assert memory["results_bytes"] == memory["upload_bytes"] == 0


def test_nan_in_the_plate_is_repaired_and_reported(workplace):
    plate, trimap = plate_and_trimap()
    plate[3, 4] = np.nan
    result = workplace.client().matte(plate, trimap, output={"kind": "inline"})
    assert "1 pixels" in result.warnings[0]
    assert np.isfinite(result.layers["foreground"]).all()


def test_training_runs_apart_and_can_be_watched_and_stopped(workplace):
    client = workplace.client()
    assert client.train_status()["state"] == "none"
    assert client.train_start(["--steps", "7"])["state"] == "running"
    wait_until(lambda: client.train_status().get("progress"))
    reply = client.train_status()
    assert reply["progress"] == {"step": 1, "arguments": ["train", "--steps", "7"]}
    assert "begins" in reply["log"]
    assert client.status()["training"]["state"] == "running"
    with pytest.raises(SidecarError) as caught:
        client.train_start([])
    assert caught.value.code == "training"
    assert client.matte(*plate_and_trimap(), output={"kind": "exr"}).exr
    client.train_stop()
    wait_until(lambda: client.train_status()["state"] == "stopped")
    assert "saved" in client.train_status()["log"]
