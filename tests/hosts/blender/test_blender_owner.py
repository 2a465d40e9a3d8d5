"""Inside the real Blender no matte node writes, shows or counts the results of another."""


def test_every_copy_of_a_node_has_its_own_id_folder_and_results(blender, tmp_path):
    found = blender.run("copies", tmp_path)
    assert found["found"] == {name: [[], [1002], 0] for name in ("shared", "single user", "second scene", "wrapped")}
    assert (found["ids"], found["folders"], found["shots"]) == (6, 6, 6)
    assert found["ours"]
    assert found["shown"] == [0, 0]
    assert found["group names"] == ["."]  # such names are not offered in Add > Group


def test_save_as_append_and_unsaved_files_never_meet_in_one_folder(blender, tmp_path):
    found = blender.run("files", tmp_path)
    assert found["folder"] == "lfpnet/shot/LFPNet plate"
    for name in ("save as", "save as, matted", "opened without saving again"):
        assert found[name] == ["lfpnet/shot_v02/LFPNet plate", 5, True]
    assert found["same id"]
    assert found["first"] == ["lfpnet/shot/LFPNet plate", 5, True]
    assert found["appended"] == ["lfpnet/appended/LFPNet plate", 0, True]
    assert not found["appended shows"]
    assert found["appended, matted"] == ["lfpnet/appended/LFPNet plate", 1, True]
    assert "belongs to LFPNet plate in" in found["foreign"]
    assert found["in a foreign folder"] == ["lfpnet/shot/LFPNet plate", 0, True]
    assert found["taken over"] == 5
    assert found["unsaved"] == [True, True, False, "lfpnet/later/LFPNet plate", [1001], True]
