"""A file is written whole or not at all, whatever goes wrong."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import OutputError
from lfpnet.images import write_mask, write_matte, write_preview

PREPARE = """
import sys, numpy as np
from pathlib import Path
from lfpnet.errors import OutputError
from lfpnet.images import Plate, write_matte
from lfpnet.types import Matte
side = int(sys.argv[2])
random = np.random.default_rng(0)
colour = random.random((side, side, 3), np.float32)
window = (0, 0, side - 1, side - 1)
plate = Plate(colour, True, "float", window, window, {}, ("R", "G", "B"), None, 0)
matte = Matte(random.random((side, side), np.float32), colour, colour)
"""


def _writers(make_matte, make_plate):
    return {
        "m.exr": lambda path: write_matte(path, make_matte(5, 7), make_plate(5, 7)),
        "t.png": lambda path: write_mask(path, np.zeros((5, 7), np.uint8), None),
        "t.exr": lambda path: write_mask(path, np.zeros((5, 7), np.uint8), None),
        "p.jpg": lambda path: write_preview(path, np.zeros((5, 7, 3), np.uint8)),
    }


@pytest.fixture(params=["m.exr", "t.png", "t.exr", "p.jpg"])
def named_writer(request, make_matte, make_plate):
    return request.param, _writers(make_matte, make_plate)[request.param]


def test_a_missing_folder_is_named(tmp_path, named_writer):
    name, write = named_writer
    with pytest.raises(OutputError, match=r"folder .*nowhere does not exist; create it"):
        write(tmp_path / "nowhere" / name)


def test_a_folder_under_the_final_name_is_refused_and_stays(tmp_path, named_writer):
    name, write = named_writer
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match="is a folder or a device"):
        write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_existing_file_is_replaced(tmp_path, named_writer):
    name, write = named_writer
    (tmp_path / name).write_bytes(b"old")
    write(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 50
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["n" * 300 + ".exr", "a\0b.exr"])
def test_an_impossible_name_is_a_sentence(tmp_path, make_matte, make_plate, name):
    with pytest.raises(OutputError, match="cannot be"):
        write_matte(tmp_path / name, make_matte(5, 7), make_plate(5, 7))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="devices are of Unix")
def test_a_device_is_never_replaced_by_a_file():
    with pytest.raises(OutputError, match="is a folder or a device"), atomic_file(Path("/dev/null")):
        pass
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_a_sentence(tmp_path, named_writer):
    name, write = named_writer
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        write(tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="permissions of Unix")
def test_a_result_has_the_permissions_of_any_new_file(tmp_path, named_writer):
    name, write = named_writer
    write(tmp_path / name)
    (tmp_path / "plain").write_bytes(b"")
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("error", [ValueError("boom"), KeyboardInterrupt()])
def test_a_failure_of_the_writer_keeps_the_old_file_and_leaves_no_other(tmp_path, error):
    (tmp_path / "m.exr").write_bytes(b"old")
    with pytest.raises(type(error)):
        _write_half(tmp_path / "m.exr", error)
    assert (tmp_path / "m.exr").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def _write_half(path, error):
    with atomic_file(path) as stream:
        stream.write(b"half a file")
        raise error


@pytest.mark.skipif(os.name != "posix", reason="resource limits are of Unix")
@pytest.mark.parametrize("depth", ["half", "float"])
@pytest.mark.parametrize("limit_bytes", [0, 1000, 200_000])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, depth, limit_bytes):
    """Written to a path instead of a stream, OpenEXR 3.5.3 would report success."""
    script = PREPARE + (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))\n"
        "try:\n"
        f"    write_matte(sys.argv[1], matte, plate, depth={depth!r})\n"
        "except OutputError as error:\n"
        "    assert 'File too large' in str(error) and str(error).endswith('run again.'), error\n"
        "else:\n"
        "    raise SystemExit('accepted')\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "m.exr", "200"], check=True, timeout=500)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of Unix")
def test_a_kill_half_way_leaves_no_file_under_the_final_name(tmp_path):
    (tmp_path / "ready").mkdir()
    target = tmp_path / "ready" / "m.exr"
    process = subprocess.Popen(
        [sys.executable, "-c", PREPARE + "write_matte(sys.argv[1], matte, plate)", target, "1500"]
    )
    try:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size > 100_000 for path in target.parent.iterdir()):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    left = [path.name for path in target.parent.iterdir()]
    assert process.returncode == -signal.SIGKILL
    assert target.name not in left
    assert all(name.startswith(".") for name in left)
