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

    def task(self, frame, **about):
        pixels = self.module("sidecar.client.request").Pixels
        plate, trimap = plate_and_trimap(seed=frame)
        return self.module("tasks").MatteTask(
            "shot",
            frame,
            self.workplace.pictures / "mattes" / f"plate.{frame}.exr",
            pixels(np.ascontiguousarray(plate[::-1]), ("R", "G", "B"), "scene_linear", "bottom-left"),
            {"trimap": pixels(trimap, None, "data", "top-left")},
            self.module("recipe").Recipe(trimap_mode="TRIMAP", depth="float"),
            **about,
        )

    def run(self, frames=FRAMES, **about):
        return self.module("run").Run("shot", list(frames), lambda frame: self.task(frame, **about), self.worker)

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
            assert_is_matte_of(self.task(frame).result, *plate_and_trimap(seed=frame))


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
    assert studio.finish(studio.run([1001, 1002])).done == [1001, 1002]
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
    assert set(run.failed) == set(FRAMES)
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
        return studio.task(frame)

    run = studio.module("run").Run("shot", [1001, 1002, 1003], capture, studio.worker)
    studio.finish(run)
    assert run.done == [1001, 1003]
    assert "2 of 3 frames matted" in run.sentence()
    assert "Frame 1002: The footage" in run.sentence()


def test_a_fault_of_the_extension_ends_the_range_with_a_sentence(studio):
    studio.start()

    def capture(frame):
        return {}[frame]

    run = studio.finish(studio.module("run").Run("shot", [1001, 1002], capture, studio.worker))
    assert set(run.failed) == {1001, 1002}
    assert "KeyError" in run.sentence()


def test_touched_footage_with_the_same_pixels_is_noted(studio):
    studio.start()
    results = studio.module("results").ShotResults(studio.workplace.pictures / "mattes", "plate")
    recipe = studio.task(1001).recipe.record()
    studio.finish(studio.run([1001], sources={"plate": "a 1 1"}))
    assert results.state(1001, recipe, {"plate": "a 1 2"}) == "stale"
    assert studio.finish(studio.run([1001], sources={"plate": "a 1 2"})).skipped == [1001]
    assert results.state(1001, recipe, {"plate": "a 1 2"}) == "done"


def test_a_function_is_computed_on_the_workers_thread(studio):
    worker = studio.start()
    worker.compute("sum", "shot", lambda: 2 + 3)
    worker.compute("sum", "shot", lambda: [][1:][0] if False else int("x"))
    found = []
    wait_until(lambda: found.extend(worker.news()) or len(found) == 2)
    assert (found[0].kind, found[0].value) == ("sum", 5)
    assert found[1].kind == "broken"
