"""`lfpnet matte --frames`: many frames through one sidecar, resumed where it stopped."""

import json

import OpenEXR
import pytest

MATTE = ("matte", "plate.####.exr", "trimap.png", "-o", "m.####.exr", "--tile", "64")


def states(done):
    return [json.loads(line)["state"] for line in done.stdout.splitlines()]


def test_a_range_is_matted_once_and_then_only_what_changed(lfpnet, shot):
    first = lfpnet(*MATTE, "--frames", "1001-1003", "--json")
    assert (first.returncode, states(first)) == (0, ["made"] * 3), first.stderr
    again = lfpnet(*MATTE, "--frames", "1001-1004", "--json")
    assert states(again) == ["kept", "kept", "kept", "made"]
    (shot / "plate.1010.exr").replace(shot / "plate.1002.exr")
    shown = lfpnet(*MATTE, "--frames", "1001-1005", "--dry-run")
    assert shown.stdout.splitlines() == ["done: 1001,1003,1004", "stale: 1002", "missing: 1005"]
    changed = lfpnet(*MATTE, "--frames", "1001-1004", "--json")
    assert sorted(states(changed)) == ["kept", "kept", "kept", "made"]
    kept = lfpnet(*MATTE, "--frames", "1001-1004", "--plan", "exact", "--only-missing", "--json")
    assert states(kept) == ["kept"] * 4
    forced = lfpnet(*MATTE, "--frames", "1001", "--force", "--json")
    assert states(forced) == ["made"]


def test_a_frame_of_a_range_is_the_matte_of_the_single_command(lfpnet, shot):
    assert lfpnet(*MATTE, "--frames", "1003", "--layer-names", "nuke").returncode == 0
    assert lfpnet("matte", "plate.1003.exr", "trimap.png", "-o", "one.exr", "--tile", "64").returncode == 0
    ours = OpenEXR.File(str(shot / "m.1003.exr")).channels()
    theirs = OpenEXR.File(str(shot / "one.exr")).channels()
    assert set(ours) == {"RGBA", "lfp_fg", "lfp_bg", "lfp_trimap.A"}
    for name, other in (("RGBA", "RGBA"), ("lfp_fg", "fg"), ("lfp_bg", "bg")):
        assert (ours[name].pixels == theirs[other].pixels).all()
    assert sorted({round(float(value), 2) for value in ours["lfp_trimap.A"].pixels.ravel()}) == [0.0, 0.5, 1.0]


def test_missing_plates_are_said_before_anything_is_computed(lfpnet, shot):
    done = lfpnet(*MATTE, "--frames", "1009-1012")
    assert done.returncode == 2
    assert "Expected a plate for every frame, got none for 1011,1012" in done.stderr
    assert not list(shot.glob("m.*"))


def test_a_broken_plate_is_named_and_the_others_go_on_when_asked(lfpnet, shot):
    (shot / "plate.1002.exr").write_bytes(b"no EXR")
    stopped = lfpnet(*MATTE, "--frames", "1001-1004")
    assert stopped.returncode == 2
    assert "Stopped at frame 1002" in stopped.stderr
    patient = lfpnet(*MATTE, "--frames", "1001-1004", "--keep-going")
    assert patient.returncode == 2
    assert "1 of" in patient.stderr
    assert "(1002)" in patient.stderr
    assert {path.name for path in shot.glob("m.*.exr")} == {"m.1001.exr", "m.1003.exr", "m.1004.exr"}


def test_views_are_matted_each_under_its_own_name(lfpnet, shot):
    for view in ("left", "right"):
        (shot / f"plate.100{4 if view == 'left' else 5}.exr").replace(shot / f"{view}.1001.exr")
    done = lfpnet(
        "matte", "%V.####.exr", "trimap.png", "-o", "m_%V.####.exr", "--tile", "64", "--frames", "1001",
        "--views", "left,right",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in shot.glob("m_*")} == {"m_left.1001.exr", "m_right.1001.exr"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--frames", "1005-1001"), "Expected a range that rises"),
        (("--frames", "1001", "--in-process"), "Expected the sidecar for --frames"),
        (("--frames", "1001", "--preview", "p.png"), "Expected no --preview"),
        (("--frames", "1001-1002", "-o", "m.exr"), "in -o for 2 frames"),
        (("--frames", "1001", "-o", "nowhere/m.####.exr"), "Expected an existing folder"),
        (("--frames", "1001", "-o", "plate.####.exr"), "is the plate itself"),
        (("--frames", "1001", "--views", "l,r"), "for 2 views"),
    ],
)
def test_what_cannot_be_is_one_sentence(lfpnet, words, sentence):
    done = lfpnet(*MATTE, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
