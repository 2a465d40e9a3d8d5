import os
import stat
import sys
from pathlib import Path

import pytest

from sidecar.runtime import keys
from sidecar.runtime.endpoint import (
    Endpoint,
    read_endpoint,
    remote_endpoint,
    remove_endpoint,
    runtime_directory,
    write_endpoint,
)  # fmt: skip
from sidecar.runtime.lock import OwnerLock, is_free
from sidecar.server.allowed_paths import allowed_path
from sidecar.server.config import ServerLimits
from sidecar.server.error_mapping import LFPNET_CODES, translate
from sidecar.server.model_cache import ModelCache
from sidecar.server.model_registry import ModelFile
from sidecar.server.shared_memory import IS_SUPPORTED, SlotPool
from sidecar.wire.errors import CODES, SidecarError


def code_of(function, *arguments, **named):
    with pytest.raises(SidecarError) as caught:
        function(*arguments, **named)
    return caught.value.code


def test_a_lock_has_one_owner_and_is_free_after_it(tmp_path):
    first, second = OwnerLock(tmp_path / "lock"), OwnerLock(tmp_path / "lock")
    assert is_free(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    assert not is_free(tmp_path / "lock")
    first.release()
    assert second.acquire(patience_seconds=5)
    second.release()


def test_the_runtime_directory_is_private(tmp_path):
    folder = runtime_directory({"LFPNET_RUNTIME_DIR": str(tmp_path / "run")})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    assert code_of(runtime_directory, {"LFPNET_RUNTIME_DIR": str(folder)}) == "unauthorised"


def test_a_runtime_directory_behind_a_link_or_too_deep_is_refused(tmp_path):
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(real)
    assert code_of(runtime_directory, {"LFPNET_RUNTIME_DIR": str(tmp_path / "link")}) == "unauthorised"
    assert code_of(runtime_directory, {"LFPNET_RUNTIME_DIR": str(tmp_path / ("x" * 100))}) == "unauthorised"


def test_an_endpoint_is_private_and_comes_back(tmp_path):
    endpoint = Endpoint("ipc://c", "ipc://d", instance="i", pid=3, token="t")
    write_endpoint(tmp_path, endpoint)
    assert read_endpoint(tmp_path) == endpoint
    assert stat.S_IMODE((tmp_path / "endpoint.json").stat().st_mode) == 0o600
    remove_endpoint(tmp_path, "another")
    assert read_endpoint(tmp_path) == endpoint
    remove_endpoint(tmp_path, "i")
    assert read_endpoint(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"control": 1}', "\ufffd"])
def test_a_damaged_endpoint_file_counts_as_none(tmp_path, text):
    (tmp_path / "endpoint.json").write_text(text)
    assert read_endpoint(tmp_path) is None


@pytest.mark.parametrize("address", ["host:1", "tcp://host", "tcp://host:x", "tcp://host:65535", "tcp://host:0"])
def test_a_wrong_address_is_refused(address):
    assert code_of(remote_endpoint, address) == "bad_option"


def test_paths_outside_the_roots_are_refused(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.exr").touch()
    (inside / "plate.exr").touch()
    (inside / "link.exr").symlink_to(outside / "secret.exr")
    assert allowed_path(str(inside / "plate.exr"), [inside], must_exist=True) == inside / "plate.exr"
    assert allowed_path(str(inside / "new.exr"), [inside], must_exist=False) == inside / "new.exr"
    for bad in (outside / "secret.exr", inside / "link.exr", inside / ".." / "out" / "secret.exr", outside / "none"):
        assert code_of(allowed_path, str(bad), [inside], must_exist=True) == "path_refused"
    assert code_of(allowed_path, "plate.exr", [inside], must_exist=True) == "path_refused"
    assert code_of(allowed_path, str(inside / "none.exr"), [inside], must_exist=True) == "bad_image"
    assert code_of(allowed_path, str(inside / "none" / "new.exr"), [inside], must_exist=False) == "output_failed"
    assert code_of(allowed_path, str(inside / "plate.exr"), [], must_exist=True) == "path_refused"


def test_secret_keys_are_private_and_never_overwritten(tmp_path):
    public, secret = keys.create_pair(tmp_path / "k", "server")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert keys.load_pair(secret)[0] == keys.load_public(public)
    assert code_of(keys.create_pair, tmp_path / "k", "server") == "bad_option"
    secret.chmod(0o644)
    assert code_of(keys.load_pair, secret) == "unauthorised"


def test_only_public_keys_can_be_allowed(tmp_path):
    public, secret = keys.create_pair(tmp_path / "client", "nuke")
    assert code_of(keys.allow_client, tmp_path / "server", secret) == "bad_option"
    listed = keys.allow_client(tmp_path / "server", public)
    assert keys.load_public(listed) == keys.load_public(public)
    assert code_of(keys.allow_client, tmp_path / "server", public, "../evil") == "bad_option"
    assert code_of(keys.create_pair, tmp_path, "../evil") == "bad_option"


@pytest.mark.skipif(not IS_SUPPORTED, reason="memory files are a Linux thing")
def test_a_slot_cannot_shrink_under_the_server():
    pool = SlotPool(ServerLimits())
    slot = pool.open(8192)
    with Path(slot.path).open("r+b") as stream, pytest.raises(PermissionError):
        stream.truncate(0)
    pool.close_all()
    assert not os.path.exists(slot.path) or sys.platform != "linux"  # noqa: PTH110 - a broken link is what is asked for


@pytest.mark.skipif(not IS_SUPPORTED, reason="memory files are a Linux thing")
def test_slots_over_the_limits_are_refused_before_they_are_made():
    pool = SlotPool(ServerLimits(image_bytes=100, client_bytes=150, client_slots=2))
    assert code_of(pool.open, 101) == "limit_exceeded"
    pool.open(100)
    assert code_of(pool.open, 51) == "limit_exceeded"
    pool.open(50)
    assert code_of(pool.open, 1) == "limit_exceeded"
    assert code_of(pool.view, "slot1", 90, 11) == "bad_image"
    assert code_of(pool.view, "slot9", 0, 1) == "bad_image"
    pool.close_all()


def test_the_longest_unused_model_leaves_first():
    loads = []
    files = {"default": ModelFile(None), "hair": ModelFile(Path("hair")), "fur": ModelFile(Path("fur"))}
    host = ModelCache(
        lambda weights, *_: loads.append(weights) or object(),
        lambda: files,
        device="cpu",
        precision="auto",
        capacity=2,
    )
    for name in ("default", "hair", "default", "fur", "default", "hair"):
        host.get(name)
    assert host.loaded == ("default", "hair")
    assert [path and path.stem for path in loads] == [None, "hair", "fur", "hair"]
    assert code_of(host.get, "skin") == "model_unavailable"


def test_every_error_of_lfpnet_has_a_code():
    from lfpnet import errors

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LfpnetError)]
    for kind in kinds:
        if kind is errors.LfpnetError:
            continue
        error = translate(kind("a sentence."))
        assert error.code in {*CODES, "cancelled"}, kind
        assert error.code != "internal"
        assert error.retryable == kind.retryable
    assert {code for _, code in LFPNET_CODES} <= {*CODES, "cancelled"}
