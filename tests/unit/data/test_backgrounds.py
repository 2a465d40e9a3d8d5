import hashlib
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.data import backgrounds
from lfpnet.data.backgrounds import background_manifest, fetch_backgrounds, split_backgrounds
from lfpnet.errors import InputError, OutputError

CLEAN_LICENCES = {"public-domain", "CC0", "CC0-1.0", "CC-BY-1.0", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-4.0"}


def test_every_photograph_names_its_source_licence_author_and_hash() -> None:
    records = background_manifest()
    assert len(records) >= 60
    assert len({record["name"] for record in records}) == len(records)
    for record in records:
        assert record["licence"] in CLEAN_LICENCES
        assert record["registry"] in {"debian", "pypi", "npm"}
        assert all(record[key] for key in ("package", "version", "file", "author", "basis"))
        assert len(record["sha256"]) == 64


def test_the_split_is_disjoint_complete_and_independent_of_order() -> None:
    paths = [Path(record["name"]) for record in background_manifest()]
    training, held = split_backgrounds(paths)
    assert set(training) | set(held) == set(paths)
    assert not set(training) & set(held)
    assert len(held) >= 5
    assert split_backgrounds(paths[::-1]) == (training, held)


def picture(shade: int) -> bytes:
    return cv2.imencode(".png", np.full((8, 8, 3), shade, np.uint8))[1].tobytes()


def record(name: str, file: str, content: bytes, package: str = "pack") -> dict[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "registry": "debian", "package": package, "version": "1", "file": file, "sha256": digest}


def qt_resource(members: dict[str, bytes]) -> bytes:
    """Write a flat Qt resource of version 1, the second member compressed."""
    names, contents, nodes = b"", b"", struct.pack(">IHII", 0, 2, len(members), 1)
    for index, (name, content) in enumerate(members.items()):
        stored = struct.pack(">I", len(content)) + zlib.compress(content) if index % 2 else content
        nodes += struct.pack(">IHHHI", len(names), index % 2, 0, 0, len(contents))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
        contents += struct.pack(">I", len(stored)) + stored
    start = 20
    return (
        struct.pack(">4sIIII", b"qres", 1, start, start + len(nodes), start + len(nodes) + len(contents))
        + nodes
        + contents
        + names
    )


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "plain.png").write_bytes(picture(10))
    (tree / "pack.rcc").write_bytes(qt_resource({"a.png": picture(20), "b.png": picture(30)}))
    records = [
        record("plain.png", "plain.png", picture(10)),
        record("a.png", "pack.rcc!a.png", picture(20)),
        record("b.png", "pack.rcc!b.png", picture(30)),
    ]
    monkeypatch.setattr(backgrounds, "background_manifest", lambda: records)
    monkeypatch.setitem(backgrounds._UNPACK, "debian", lambda *_: tree)
    return tree


def test_files_and_resource_members_are_fetched_once(packages: Path, tmp_path: Path) -> None:
    paths = fetch_backgrounds(tmp_path / "photos")
    assert [path.read_bytes() for path in paths] == [picture(10), picture(20), picture(30)]
    (packages / "plain.png").unlink()
    assert fetch_backgrounds(tmp_path / "photos") == paths


def test_a_changed_file_is_refused_and_the_rest_is_kept(packages: Path, tmp_path: Path) -> None:
    (packages / "pack.rcc").write_bytes(qt_resource({"a.png": picture(21), "b.png": picture(30)}))
    backgrounds._resources.cache_clear()
    with pytest.raises(InputError, match="sha256"):
        fetch_backgrounds(tmp_path / "photos")
    assert (tmp_path / "photos" / "plain.png").is_file()
    assert not (tmp_path / "photos" / "a.png").exists()


def test_a_missing_tool_and_a_failing_tool_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no-such-tool"):
        backgrounds._call(["no-such-tool"], tmp_path)
    with pytest.raises(InputError, match="failed"):
        backgrounds._call(["ls", "missing-folder"], tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        fetch_backgrounds(tmp_path / "file" / "photos")
