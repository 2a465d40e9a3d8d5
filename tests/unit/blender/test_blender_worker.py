"""The worker with a real sidecar process: mattes, resume, cancel, kill, no sidecar. The network alone is quick."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sidecar_fixtures import PATIENCE_SECONDS, assert_is_matte_of, command, environment, plate_and_trimap, wait_until

FRAMES = range(1001, 1006)


@pytest.fixture
def studio(blender_module, workplace):
    """A worker, and tasks for it."""
    return Studio(blender_module, workplace)


class Studio:
    def __init__(self, module, workplace) -> None:
        self.module, self.workplace = module, workplace
        self.worker = None

    def start(self, *, writes_files=True, options=(), **quick):
        client = self.module("sidecar.client.client").Client

        def connect():
            return client.local(
                "Blender",
                directory=self.workplace.folder,
                command=command(*options),
                environment=environment(quick),
                patience_seconds=PATIENCE_SECONDS,
            )

        self.worker = self.module("worker").Worker(connect, writes_files=writes_files)
        return self.worker

    @property
    def owner(self):
        return self.module("sidecar.shots.identity").Owner("a" * 32, "Blender", "/shots/a.blend", "LFPNet plate")

    @property
    def request(self):
        return self.module("sidecar.shots.request").MatteRequest(masks=("trimap",), depth="float")

    def result(self, frame):
        return self.workplace.pictures / "mattes" / f"plate.{frame}.exr"

    def captured(self, frame, sources=None):
        pixels = self.module("sidecar.client.request").Pixels
        plate, trimap = plate_and_trimap(seed=frame)
        return self.module("tasks").Captured(
            pixels(np.ascontiguousarray(plate[::-1]), ("R", "G", "B"), "scene_linear", "bottom-left"),
            {"trimap": pixels(trimap, None, "data", "top-left")},
            self.request,
            sources or {},
        )

    def run(self, frames=FRAMES, *, is_forced=False, sources=None, capture=None):
        frames = list(frames)
        tasks = tuple(self.module("sidecar.shots.report").FrameTask(frame, "", self.result(frame)) for frame in frames)
        run = self.module("run").Run(
            "shot", frames, capture or (lambda frame: self.captured(frame, sources)), self.worker
        )
        self.worker.matte(self.module("tasks").RunOrder("shot", tasks, self.request, self.owner, is_forced))
        return run

    def finish(self, run, until=lambda run: run.is_over):
        """Do what Blender's timer does."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not until(run):
            assert time.monotonic() < give_up
            run.step()
            for news in self.worker.news():
                run.take(news)
            time.sleep(0.005)
        return run

    def assert_right(self, frames) -> None:
        for frame in frames:
            assert_is_matte_of(self.result(frame), *plate_and_trimap(seed=frame))


@pytest.fixture(autouse=True)
def _end(studio):
    yield
    if studio.worker is not None:
        studio.worker.close()


@pytest.mark.parametrize("writes_files", [True, False])
def test_a_range_is_matted_once_and_every_pixel_is_right(studio, writes_files):
    studio.start(writes_files=writes_files)
    first = studio.finish(studio.run())
    assert (first.done, first.failed) == (list(FRAMES), {})
    assert first.share == 1
    studio.assert_right(FRAMES)
    again = studio.finish(studio.run())
    assert (again.done, again.skipped) == ([], list(FRAMES))
    forced = studio.finish(studio.run([1002], is_forced=True))
    assert forced.done == [1002]


def test_what_the_sidecar_may_not_write_the_worker_writes(studio, tmp_path):
    studio.start(options=("--allow", str(tmp_path)))
    run = studio.finish(studio.run([1001, 1002]))
    assert run.done == [1001, 1002], run.sentence()
    studio.assert_right([1001, 1002])


def test_a_cancelled_range_keeps_what_is_done_and_goes_on_later(studio):
    studio.start(tiles=20, tile_seconds=0.01)
    run = studio.finish(studio.run(), until=lambda run: run.done)
    run.cancel()
    studio.finish(run)
    assert run.is_cancelled
    assert "cancelled" in run.sentence()
    assert 1 <= len(run.done) < len(FRAMES)
    later = studio.finish(studio.run())
    assert later.skipped == run.done
    assert sorted(later.skipped + later.done) == list(FRAMES)
    studio.assert_right(FRAMES)


def test_a_sidecar_killed_in_mid_range_is_started_again(studio):
    studio.start(tiles=20, tile_seconds=0.01)
    run = studio.finish(studio.run(), until=lambda run: run.done)
    os.kill(studio.workplace.pid, signal.SIGKILL)
    assert studio.finish(run).done == list(FRAMES)
    studio.assert_right(FRAMES)
    assert studio.workplace.pid


def test_without_a_sidecar_the_whole_range_fails_with_one_sentence(studio):
    client = studio.module("sidecar.client.client").Client
    missing = [str(Path(sys.executable).parent / "no-such-lfpnet"), "serve"]
    studio.worker = studio.module("worker").Worker(
        lambda: client.local("Blender", directory=studio.workplace.folder, command=missing), writes_files=True
    )
    run = studio.finish(studio.run())
    assert run.done == []
    assert run.problem
    assert "no-such-lfpnet" in run.sentence()
    wait_until(lambda: studio.worker.snapshot.state == "failed")
    said = studio.module("sentences").sidecar_sentence(studio.worker.snapshot)
    assert said.level == "error"


def test_a_frame_that_cannot_be_captured_does_not_end_the_range(studio):
    studio.start()
    problem = studio.module("errors").ShotProblem

    def capture(frame):
        if frame == 1002:
            raise problem("The footage of frame 1002 is missing: matte other frames.")
        return studio.captured(frame)

    run = studio.finish(studio.run([1001, 1002, 1003], capture=capture))
    assert run.done == [1001, 1003]
    assert "2 matted" in run.sentence()
    assert "first frame 1002: The footage" in run.sentence()


def test_a_fault_of_the_extension_ends_the_range_with_a_sentence(studio):
    studio.start()

    def capture(frame):
        return {}[frame]

    run = studio.finish(studio.run([1001, 1002, 1003, 1004], capture=capture))
    assert run.done == []
    assert "KeyError" in run.problem
    assert "KeyError" in run.sentence()


def test_touched_footage_with_the_same_pixels_is_noted(studio):
    studio.start()
    results = studio.module("results").ShotResults(studio.workplace.pictures / "mattes", "plate", studio.owner)
    studio.finish(studio.run([1001], sources={"plate": "a 1 1"}))
    assert results.state(1001, studio.request, {"plate": "a 1 2"}) == "stale"
    assert studio.finish(studio.run([1001], sources={"plate": "a 1 2"})).skipped == [1001]
    assert results.state(1001, studio.request, {"plate": "a 1 2"}) == "done"


def test_the_results_of_another_shot_end_a_run_in_a_sentence_and_stay(studio):
    studio.start()
    studio.finish(studio.run([1001]))
    before = studio.result(1001).read_bytes()
    other = studio.module("sidecar.shots.identity").Owner("b" * 32, "Blender", "/shots/b.blend", "LFPNet plate")
    order = studio.module("tasks").RunOrder(
        "other",
        (studio.module("sidecar.shots.report").FrameTask(1002, "", studio.result(1002)),),
        studio.request,
        other,
    )
    run = studio.module("run").Run("other", [1002], studio.captured, studio.worker)
    studio.worker.matte(order)
    studio.finish(run)
    assert "belongs to LFPNet plate in /shots/a.blend" in run.problem
    assert studio.result(1001).read_bytes() == before
    assert not studio.result(1002).exists()
    results = studio.module("results").ShotResults(studio.workplace.pictures / "mattes", "plate", other)
    assert (results.finished(), results.close_gaps("HOLD")) == ([], None)
    assert results.state(1001, studio.request, {}) == "missing"


def test_a_function_is_computed_on_the_workers_thread(studio):
    worker = studio.start()
    worker.compute("sum", "shot", lambda: 2 + 3)
    worker.compute("sum", "shot", lambda: [][1:][0] if False else int("x"))
    found = []
    wait_until(lambda: found.extend(worker.news()) or len(found) == 2)
    assert (found[0].kind, found[0].value) == ("sum", 5)
    assert found[1].kind == "broken"


def test_a_fault_of_a_run_ends_it_in_a_sentence_and_the_next_one_works(studio, monkeypatch):
    studio.start()
    whole = studio.module("sidecar.shots.run").FrameRun.next_wanted
    monkeypatch.setattr(studio.module("sidecar.shots.run").FrameRun, "next_wanted", lambda _: {}["no such thing"])
    run = studio.finish(studio.run([1001]))
    assert "no such thing" in run.problem
    monkeypatch.setattr(studio.module("sidecar.shots.run").FrameRun, "next_wanted", whole)
    assert studio.finish(studio.run([1001])).done == [1001]


def test_a_run_that_another_one_replaces_lets_its_frames_go(studio):
    studio.start(tiles=20, tile_seconds=0.01)
    studio.run([1001])  # nobody ever supplies it
    wait_until(lambda: any(news.kind == "wanted" for news in studio.worker.news()))
    assert studio.finish(studio.run([1001])).done == [1001]
