"""The loop over frames: resume, staleness, cancel, failures, remote files. A stand-in plays the sidecar."""

import os
import time
from pathlib import Path

import pytest
from nuke_knob_values import VALUES

FRAMES = [1001, 1002, 1003]


class QuickClient:
    """Answers each job at once: writes the picture's bytes as the result, or fails the frames it is told to."""

    def __init__(self, plugin) -> None:
        self.plugin = plugin
        self.state, self.sentence = "connected", "Connected."
        self.jobs, self.cancelled = [], []
        self.fails: dict[int, str] = {}
        self.never_ends = False

    def models(self):
        return [{"name": "default", "fingerprint": ""}]

    def submit(self, plate, **request):
        request = {"plate": plate, **request}
        self.jobs.append(request)
        job = self.plugin("sidecar.client.job").Job({}, {})
        code = self.fails.get(len(self.jobs))
        if code:
            job.end(
                "failed", error=self.plugin("sidecar.wire.errors").SidecarError(code, f"Frame with {code}: fix it.")
            )
        elif not self.never_ends:
            job.end("done", result=self._result(request))
        return job

    def cancel(self, job) -> None:
        self.cancelled.append(job)
        job.end(
            "cancelled", error=self.plugin("sidecar.wire.errors").SidecarError("cancelled", "The job was cancelled.")
        )

    def _result(self, request):
        picture, output = request["plate"], request["output"]
        data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        job_result = self.plugin("sidecar.client.job").JobResult
        if output["kind"] == "exr":
            return job_result(exr=data, facts={"weights": "quick"})
        Path(output["path"]).write_bytes(data)
        return job_result(path=output["path"], facts={"weights": "quick"})


class Watcher:
    """A progress that cancels once it has been asked so often."""

    def __init__(self, patience: int = 10**9) -> None:
        self.patience = patience
        self.shares: list[float] = []

    @property
    def is_cancelled(self) -> bool:
        self.patience -= 1
        return self.patience < 0

    def show(self, share: float, _: str) -> None:
        self.shares.append(share)


@pytest.fixture
def shot(plugin, tmp_path):
    """Run the frames of a shot; `pixels` may be changed between runs."""
    return Shot(plugin, tmp_path / "a shot")


class Shot:
    def __init__(self, plugin, folder: Path) -> None:
        self.plugin, self.folder = plugin, folder
        self.client = QuickClient(plugin)
        self.pixels = dict.fromkeys(FRAMES, b"plate")
        self.exported: list[int] = []
        self.shown: list[int] = []

    def run(self, progress=None, **changed):
        scene = self.plugin("settings").Scene(
            "LFPNet1", frozenset({"Plate", "Trimap", "Core"}), (1001, 1003), (1001, 1003), 1001, ("main",), "ACEScg"
        )
        values = {**VALUES, "lfp_cache": str(self.folder / "a.%V.%04d.exr"), **changed}
        settings = self.plugin("settings").read_settings(values, scene)
        tasks = self.plugin("frames").plan_tasks(settings.result, FRAMES, ["main"])
        owner = self.plugin("identity").Identity("0" * 32, "/shots/a.nk", "LFPNet1").owner
        run = self.plugin("sidecar.shots.run").FrameRun(
            tasks,
            settings.request,
            owner,
            lambda: self.client,
            redo=settings.redo,
            sends_files=settings.sends_paths,
            sidecar_writes=settings.sends_paths,
        )
        for folder in {task.result.parent for task in tasks}:
            self.plugin("run").remove_old_exports(folder)
        driver = self.plugin("run").RunDriver(
            run,
            settings,
            self.export,
            lambda: self.client,
            progress or Watcher(),
            lambda task: self.shown.append(task.frame),
        )
        return driver.go()

    def export(self, task, files) -> None:
        self.exported.append(task.frame)
        self.folder_mode = files["plate"].parent.stat().st_mode & 0o777
        for role, path in files.items():
            path.write_bytes(role.encode() + self.pixels[task.frame])

    def results(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.exr"))

    def leftovers(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.name.startswith(".export") or path.suffix == ".part"]


def test_every_frame_gets_a_result_and_no_export_stays(shot):
    report = shot.run()
    assert report.is_whole
    assert [task.frame for task in report.made] == shot.shown == FRAMES
    assert shot.results() == [f"a.main.{frame}.exr" for frame in FRAMES]
    assert not shot.leftovers()


def test_a_second_run_computes_nothing(shot):
    shot.run()
    report = shot.run()
    assert len(report.kept) == 3
    assert len(shot.client.jobs) == 3


def test_only_the_frame_whose_plate_changed_is_computed_again(shot):
    shot.run()
    shot.pixels[1002] = b"another plate"
    report = shot.run()
    assert [task.frame for task in report.made] == [1002]


def test_another_setting_makes_every_frame_stale(shot):
    shot.run()
    assert len(shot.run(lfp_plan="exact").made) == 3


def test_only_missing_exports_nothing_that_is_there(shot):
    shot.run()
    shot.exported.clear()
    (shot.folder / "a.main.1002.exr").unlink()
    report = shot.run(lfp_only="missing")
    assert shot.exported == [1002]
    assert [task.frame for task in report.made] == [1002]


def test_all_means_all(shot):
    shot.run()
    assert len(shot.run(lfp_only="all").made) == 3


def test_a_frame_that_cannot_be_matted_does_not_stop_the_others(shot):
    shot.client.fails = {2: "bad_image"}
    report = shot.run()
    assert [task.frame for task in report.made] == [1001, 1003]
    assert not report.is_whole
    assert "1 failed, first frame 1002 main: Frame with bad_image: fix it." in report.sentence
    assert not shot.leftovers()


def test_an_error_that_would_hit_every_frame_ends_the_run(shot):
    shot.client.fails = {1: "model_unavailable"}
    report = shot.run()
    assert report.problem == "Frame with model_unavailable: fix it."
    assert len(shot.client.jobs) <= 2
    assert not shot.leftovers()


def test_an_export_that_fails_ends_the_run_with_its_sentence(shot, plugin):
    def export(*_):
        raise plugin("errors").PluginError("The plate cannot be rendered: fix it.")

    shot.export = export
    assert shot.run().sentence == "The plate cannot be rendered: fix it."
    assert not shot.leftovers()


def test_an_export_that_fails_for_one_frame_does_not_stop_the_others(shot, plugin):
    working = shot.export

    def export(task, files):
        if task.frame == 1002:
            raise plugin("errors").FrameError("Frame 1002 of the plate is not there: render it.")
        working(task, files)

    shot.export = export
    report = shot.run()
    assert [task.frame for task in report.made] == [1001, 1003]
    assert "1 failed, first frame 1002 main: Frame 1002 of the plate is not there: render it." in report.notice
    assert not shot.leftovers()


def test_frames_that_were_up_to_date_are_shown_once(shot):
    shot.run()
    shot.shown.clear()
    assert not shot.run().notice
    assert len(shot.shown) == 1


def test_a_cancelled_run_cancels_its_jobs_and_leaves_finished_frames(shot):
    shot.run(lfp_only="all")
    shot.pixels = dict.fromkeys(FRAMES, b"new")
    shot.client.never_ends = True
    report = shot.run(Watcher(patience=6))
    assert report.was_cancelled
    assert shot.client.cancelled
    assert len(shot.results()) == 3
    assert not shot.leftovers()


def test_at_most_two_frames_are_handed_over_at_once(shot):
    shot.client.never_ends = True
    shot.run(Watcher(patience=10))
    assert len(shot.client.jobs) == 2


def test_a_sidecar_elsewhere_gets_bytes_and_its_result_is_written_here(shot):
    report = shot.run(lfp_address="tcp://gpu:5571")
    assert report.is_whole
    assert all(isinstance(job["plate"], bytes) and job["output"]["kind"] == "exr" for job in shot.client.jobs)
    assert (shot.folder / "a.main.1001.exr").read_bytes() == b"plateplate"


def test_a_sidecar_elsewhere_that_sees_the_disk_gets_paths(shot):
    shot.run(lfp_address="tcp://gpu:5571", lfp_shares_disk=True)
    assert all(job["output"]["kind"] == "file" for job in shot.client.jobs)


def test_a_sidecar_of_another_user_can_read_what_is_handed_over(shot):
    before = os.umask(0o022)
    try:
        shot.run(lfp_address="tcp://gpu:5571", lfp_shares_disk=True)
    finally:
        os.umask(before)
    assert shot.folder_mode == 0o755


def test_what_a_killed_nuke_left_behind_is_removed_after_a_day(shot, plugin):
    old, young, foreign = (shot.folder / name for name in (".export-0123456789ab", ".export-ba9876543210", ".export-x"))
    for folder in (old, young, foreign):
        folder.mkdir(parents=True)
        (folder / "plate.exr").touch()
    long_ago = time.time() - plugin("run").OLD_SECONDS - 60
    for folder in (old, foreign):
        os.utime(folder, (long_ago, long_ago))
    shot.run()
    assert not old.exists()
    assert young.exists()
    assert foreign.exists()


def test_kept_exports_lie_beside_the_results(shot):
    shot.run(lfp_keep_exports=True)
    assert sorted(path.name for path in (shot.folder / "export" / "plate").iterdir()) == shot.results()
    assert (shot.folder / "export" / "trimap").is_dir()
    assert not shot.leftovers()


def test_core_and_edge_are_two_pictures(shot):
    shot.run(lfp_mode="core and edge")
    assert {"plate", "core", "edge"} <= set(shot.client.jobs[0])
    assert "trimap" not in shot.client.jobs[0]


def test_a_soft_roto_goes_with_its_bands(shot):
    shot.run(lfp_mode="soft roto", lfp_inner=3.0)
    assert shot.client.jobs[0]["options"]["inner_pixels"] == 3.0
    assert shot.client.jobs[0]["options"]["working_space"] == "ACEScg"


def test_the_share_shown_never_leaves_the_bar(shot):
    watcher = Watcher()
    shot.run(watcher)
    assert all(0.0 <= share <= 1.0 for share in watcher.shares)
