"""One run over frames: what is kept, computed, shared and recorded. A stand-in plays the sidecar."""

import json
from pathlib import Path

import pytest

from sidecar.client.job import Job, JobResult
from sidecar.shots.identity import new_owner
from sidecar.shots.record import read_record, record_path
from sidecar.shots.report import FrameInputs, FrameTask, Redo
from sidecar.shots.request import MatteRequest
from sidecar.shots.run import FrameRun
from sidecar.wire.errors import SidecarError

OWNER = new_owner("Nuke", "/shots/a.nk", "LFPNet1")
OTHER = new_owner("Nuke", "/shots/b.nk", "LFPNet7")


class StandIn:
    """Ends each job at once, or when it is told to; its result is the bytes of the plate."""

    def __init__(self) -> None:
        self.jobs, self.fails, self.cancelled = [], {}, []
        self.holds, self.weights = False, "w1"
        self.refuses_paths = False

    def submit(self, plate, **asked):
        job = Job({}, {})
        self.jobs.append((job, plate, asked))
        if self.refuses_paths and (isinstance(plate, Path) or asked["output"]["kind"] == "file"):
            job.end("failed", error=SidecarError("path_refused", "The folder is not allowed."))
        elif len(self.jobs) in self.fails:
            code = self.fails[len(self.jobs)]
            job.end("failed", error=SidecarError(code, f"Failed with {code}."))
        elif not self.holds:
            self.end(len(self.jobs) - 1)
        return job

    def end(self, index: int) -> None:
        job, plate, asked = self.jobs[index]
        data = plate if isinstance(plate, bytes) else Path(plate).read_bytes()
        facts = {"weights_fingerprint": self.weights}
        if asked["output"]["kind"] == "file":
            Path(asked["output"]["path"]).write_bytes(data)
            job.end("done", result=JobResult(path=asked["output"]["path"], facts=facts))
        else:
            job.end("done", result=JobResult(exr=data, facts=facts))

    def cancel(self, job) -> None:
        self.cancelled.append(job)
        job.end("cancelled", error=SidecarError("cancelled", "The job was cancelled."))

    def models(self):
        return [{"name": "default", "fingerprint": self.weights}]


@pytest.fixture
def client():
    return StandIn()


@pytest.fixture
def shot(tmp_path, client):
    return Shot(tmp_path, client)


class Shot:
    def __init__(self, folder: Path, client: StandIn) -> None:
        self.folder, self.client = folder, client
        (folder / "out").mkdir()
        for frame in (1, 2, 3):
            self.plate(frame).write_bytes(b"plate %d" % frame)
            (folder / f"t.{frame}.exr").write_bytes(b"trimap %d" % frame)

    def plate(self, frame: int) -> Path:
        return self.folder / f"p.{frame}.exr"

    def result(self, frame: int) -> Path:
        return self.folder / "out" / f"m.{frame}.exr"

    def run(self, *, owner=OWNER, request=None, **how) -> FrameRun:
        tasks = [FrameTask(frame, "", self.result(frame)) for frame in (1, 2, 3)]
        return FrameRun(tasks, request or MatteRequest(), owner, lambda: self.client, **how)

    def inputs(self, task: FrameTask) -> FrameInputs:
        return FrameInputs({"plate": self.plate(task.frame), "trimap": self.folder / f"t.{task.frame}.exr"})

    def drive(self, run: FrameRun):
        events = []
        while not run.is_over:
            task = run.next_wanted()
            if task is not None:
                run.supply(task, self.inputs(task))
            events += run.poll()
        return run.report, [event.kind for event in events + run.poll() if event.kind != "progress"]


def frames(tasks):
    return [task.frame for task in tasks]


def test_every_frame_is_made_once_and_then_kept(shot, client):
    report, kinds = shot.drive(shot.run())
    assert (frames(report.made), kinds) == ([1, 2, 3], ["made"] * 3)
    assert read_record(shot.result(2)).owner == OWNER
    report, kinds = shot.drive(shot.run())
    assert (frames(report.kept), kinds, len(client.jobs)) == ([1, 2, 3], ["kept"] * 3, 3)
    assert report.is_whole
    assert not list((shot.folder / "out" / ".lfpnet").glob("*.claim"))


def test_a_plate_that_was_replaced_while_its_frame_computes_is_stale_afterwards(shot, client):
    client.holds = True
    run = shot.run()
    task = run.next_wanted()
    run.supply(task, shot.inputs(task))
    shot.plate(1).write_bytes(b"rendered anew")
    client.end(0)
    assert [event.kind for event in run.poll()] == ["made"]
    run.close()
    client.holds = False
    report, _ = shot.drive(shot.run())
    assert frames(report.made) == [1, 2, 3]
    assert shot.result(1).read_bytes() == b"rendered anew"


def test_pictures_are_read_after_the_fingerprints_were_taken(shot):
    run = shot.run()
    task = run.next_wanted()

    def read():
        shot.plate(1).write_bytes(b"rendered between")
        return {"plate": b"what was read", "trimap": b"t"}

    run.supply(task, FrameInputs({"plate": shot.plate(1)}, read))
    run.poll()
    before = read_record(shot.result(1)).inputs["plate"]
    run.close()
    again = shot.run()
    task = again.next_wanted()
    again.supply(task, FrameInputs({"plate": shot.plate(1)}))
    again.poll()
    assert read_record(shot.result(1)).inputs["plate"] != before
    again.close()


def test_a_failed_frame_does_not_stop_the_others_unless_its_code_ends_a_run(shot, client):
    client.fails = {2: "crashed"}
    report, _ = shot.drive(shot.run())
    assert (frames(report.made), frames(task for task, _ in report.failed)) == ([1, 3], [2])
    client.fails = {4: "bad_option"}
    report, _ = shot.drive(shot.run(redo=Redo.ALL))
    assert report.problem == "Failed with bad_option."
    assert not report.is_whole


def test_two_runs_share_a_range_and_compute_no_frame_twice(shot, client):
    client.holds = True
    first, second = shot.run(), shot.run()
    a = [first.next_wanted(), first.next_wanted()]
    b = second.next_wanted()
    assert (frames(a), b.frame, second.next_wanted()) == ([1, 2], 3, None)
    for task in a:
        first.supply(task, shot.inputs(task))
    second.supply(b, shot.inputs(b))
    client.holds = False
    for index in range(3):
        client.end(index)
    second.poll()
    report, _ = shot.drive(first)
    other, _ = shot.drive(second)
    assert frames(report.made) == [1, 2]
    assert (frames(report.shared), frames(other.made), frames(other.shared)) == ([3], [3], [1, 2])
    assert len(client.jobs) == 3


def test_frames_of_a_run_that_ended_without_them_are_taken_over(shot):
    first, second = shot.run(), shot.run()
    assert first.next_wanted().frame == 1
    assert second.next_wanted().frame == 2
    second.fail(FrameTask(2, "", shot.result(2)), "The plate cannot be rendered.")
    first.close()
    report, _ = shot.drive(second)
    assert sorted(frames(report.made)) == [1, 3]


def test_results_of_another_shot_are_not_overwritten(shot, client):
    shot.drive(shot.run())
    for frame in (1, 2, 3):
        shot.plate(frame).write_bytes(b"of another shot")
    before = shot.result(1).read_bytes()
    report, _ = shot.drive(shot.run(owner=OTHER, redo=Redo.ALL))
    assert "belongs to LFPNet1 in /shots/a.nk (Nuke) and is not overwritten by LFPNet7 in /shots/b.nk" in report.problem
    assert shot.result(1).read_bytes() == before
    assert len(client.jobs) == 3


@pytest.mark.parametrize("redo", [Redo.OTHER_SETTINGS, Redo.STALE])
def test_results_of_another_shot_never_count_as_done(shot, redo):
    shot.drive(shot.run())
    report, _ = shot.drive(shot.run(owner=OTHER, redo=redo))
    assert not report.kept


def test_other_settings_are_found_without_any_picture(shot):
    shot.drive(shot.run())
    run = shot.run(redo=Redo.OTHER_SETTINGS)
    assert run.next_wanted() is None
    assert run.is_over
    assert shot.run(redo=Redo.OTHER_SETTINGS, request=MatteRequest(plan="exact")).next_wanted().frame == 1
    assert shot.run(redo=Redo.NOTHING, request=MatteRequest(plan="exact")).next_wanted() is None


def test_weights_replaced_under_their_name_make_frames_stale(shot, client):
    shot.drive(shot.run())
    client.weights = "w2"
    report, _ = shot.drive(shot.run())
    assert frames(report.made) == [1, 2, 3]
    assert read_record(shot.result(1)).recipe["weights"] == "w2"


def test_a_record_that_cannot_be_written_is_a_warning(shot):
    folder = record_path(shot.result(1)).parent
    folder.write_text("a file where the folder should be")
    report, kinds = shot.drive(shot.run())
    assert frames(report.made) == [1, 2, 3]
    assert report.is_whole
    assert kinds.count("warning") == 2, "one for the claims, one for the records"
    assert "the next run makes them again" in report.notice


def test_a_sidecar_that_may_not_see_the_files_gets_bytes_and_the_results_are_written_here(shot, client):
    client.refuses_paths = True
    report, _ = shot.drive(shot.run())
    assert frames(report.made) == [1, 2, 3]
    assert isinstance(client.jobs[-1][1], bytes)


def test_a_cancelled_run_cancels_its_jobs_and_lets_its_claims_go(shot, client):
    client.holds = True
    run = shot.run()
    task = run.next_wanted()
    run.supply(task, shot.inputs(task))
    run.cancel()
    assert [event.kind for event in run.poll()][-1] == "cancelled"
    assert run.is_over
    assert run.report.was_cancelled
    assert len(client.cancelled) == 1
    assert not list((shot.folder / "out" / ".lfpnet").glob("*.claim"))


def test_a_plate_that_cannot_be_read_is_a_sentence_of_its_frame(shot):
    shot.plate(2).unlink()
    report, _ = shot.drive(shot.run())
    assert frames(report.made) == [1, 3]
    assert "p.2.exr cannot be read (No such file or directory)" in report.sentence


def test_a_changed_neighbour_makes_a_frame_stale(shot):
    def once(neighbour):
        run = shot.run()
        task = run.next_wanted()
        run.supply(task, FrameInputs({"plate": shot.plate(1), "trimap": shot.plate(2)}, neighbours={"2": neighbour}))
        kinds = [event.kind for event in run.poll()]
        run.close()
        return kinds

    assert [once("a"), once("a"), once("b")] == [["made"], ["kept"], ["made"]]
    assert json.loads(record_path(shot.result(1)).read_text())["neighbours"] == {"2": "b"}
