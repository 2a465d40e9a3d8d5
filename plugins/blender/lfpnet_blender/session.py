# SPDX-License-Identifier: GPL-3.0-or-later
"""What lasts while Blender runs: the worker, the runs under way, and what is known of the shots.

`pump` is called again and again on Blender's thread: by a modal operator, by a timer, or by a loop in background. It
takes the worker's news and captures the next frame; nothing in it waits for the sidecar.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from .errors import ShotProblem
from .host.group import reload_results
from .host.preview import show_preview
from .host.tree import compositor_tree
from .preferences import Preferences
from .run import Run
from .sentences import Said, sidecar_sentence, training_sentence
from .shot import Shot, describe_files, find_shot, find_shots, make_unique
from .tasks import MatteTask, News, Snapshot
from .trimap_preview import make_trimap, overlay
from .worker import Worker

BUSY_SECONDS, IDLE_SECONDS = 0.1, 0.5
#: Frames whose states the panel shows; more would take long to look up.
LISTED_FRAMES = 5000
#: A preview need not be larger.
PREVIEW_SIDE = 1920
_COMPUTED = ("gaps", "states", "preview", "broken")


class Session:
    """One for each Blender; made by `session()`."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self.runs: dict[str, Run] = {}
        self.states: dict[str, Mapping[int, str]] = {}
        self.said: dict[str, str] = {}
        self.training: Mapping[str, Any] = {"state": "none"}
        self.is_modal = False
        #: Whether something in the file changed since the present frame's state was looked up.
        self.is_touched = False
        self._marked: set[str] = set()
        self._scenes: dict[str, str] = {}
        self._worker: Worker | None = None
        self._computing = 0

    # ---- what the panel shows

    @property
    def snapshot(self) -> Snapshot:
        """The connection as it was a moment ago."""
        return Snapshot() if self._worker is None else self._worker.snapshot

    def sidecar(self) -> Said:
        """The sidecar's state in a sentence."""
        return sidecar_sentence(self.snapshot)

    def fine_tuning(self) -> Said:
        """The training run's state in a sentence."""
        return training_sentence(self.training)

    @property
    def is_training(self) -> bool:
        """Whether a training run is going on."""
        return self.training.get("state") in ("running", "stopping")

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way that will bring news."""
        return bool(self.runs) or self._computing > 0 or self.is_training

    # ---- orders

    def connect(self) -> None:
        """Find or start the sidecar."""
        self._ensure_worker().connect()

    def matte(self, shot: Shot, frames: Sequence[int], *, is_forced: bool, is_urgent: bool) -> Run:
        """Begin to matte frames.

        Raises:
            ShotProblem: an input is not linked.
        """
        shot.inputs()
        make_unique(shot)
        scene, name = shot.scene.name, shot.name

        def task(frame: int) -> MatteTask:
            return self._find(scene, name).task(frame, is_forced=is_forced, is_urgent=is_urgent)

        self._scenes[name] = scene
        self.said.pop(name, None)
        self.runs[name] = Run(name, frames, task, self._ensure_worker())
        return self.runs[name]

    def cancel(self) -> None:
        """Cancel every run."""
        for run in self.runs.values():
            run.cancel()

    def close_gaps(self, shot: Shot) -> None:
        """Fill the gaps between mattes and show what is there."""
        results, how = shot.results(), shot.settings.missing_frames
        self._scenes[shot.name] = shot.scene.name
        self._compute("gaps", shot.name, lambda: results.close_gaps(how))

    def look_up_states(self, shot: Shot) -> None:
        """Find out which frames are done, stale or missing."""
        try:
            frames = shot.frames()[:LISTED_FRAMES]
            files = {frame: shot.files(frame) for frame in frames}
            now = (shot.scene.frame_current, shot.signature(shot.scene.frame_current))
        except ShotProblem:
            return
        results, recipe = shot.results(), shot.recipe().record()
        self._scenes[shot.name] = shot.scene.name

        def states() -> dict[int, str]:
            found = {}
            for frame, named in files.items():
                sources = {name: describe_files(paths) for name, paths in named.items()}
                found[frame] = results.state(frame, recipe, sources | (now[1] if frame == now[0] else {}))
            return found

        self._compute("states", shot.name, states)

    def mark(self, name: str) -> None:
        """Have the states of a shot's frames looked up again soon, if they are known."""
        if name in self.states:
            self._marked.add(name)

    def look_again(self) -> bool:
        """Look up what was marked, and the present frame where something was touched; True when that may show."""
        if self.is_busy:
            return False
        marked, self._marked = self._marked, set()
        for name in marked:
            self._refresh(name)
        is_touched, self.is_touched = self.is_touched, False
        for window in bpy.context.window_manager.windows if is_touched else ():
            self.look_up_present(window.scene)
        return is_touched or bool(marked)

    def look_up_present(self, scene: bpy.types.Scene) -> None:
        """Compare the inputs of the present frame, which only now can be known, with those it was matted from."""
        frame = scene.frame_current
        for shot in find_shots(scene):
            states = self.states.get(shot.name)
            if states is None or frame not in states or shot.problem():
                continue
            sources = shot.sources(frame) | shot.signature(frame)
            self.states[shot.name] = {**states, frame: shot.results().state(frame, shot.recipe().record(), sources)}

    def preview(self, shot: Shot, frame: int) -> None:
        """Show the trimap over the plate.

        Raises:
            ShotProblem: an input is not linked or has no pixels.
        """
        task = shot.task(frame, is_forced=True, is_urgent=True)
        step = max(1, -(-max(task.plate.array.shape[:2]) // PREVIEW_SIDE))
        plate = _bottom_up(task.plate)[::step, ::step]
        masks = {name: _bottom_up(mask)[::step, ::step] for name, mask in task.masks.items()}
        bands = task.recipe.inner_pixels / step, task.recipe.outer_pixels / step
        self._scenes[shot.name] = shot.scene.name
        self._compute("preview", shot.name, lambda: overlay(plate, make_trimap(masks, *bands)))

    def train(self, arguments: Sequence[str]) -> None:
        """Start fine-tuning."""
        self.training = {"state": "running"}
        self._ensure_worker().train(arguments)

    def stop_training(self) -> None:
        """End fine-tuning."""
        self._ensure_worker().stop_training()

    # ---- the pump

    def pump(self, *, captures: bool = True) -> bool:
        """Take news and capture the next frame; True when something changed."""
        if self._worker is None:
            return False
        news = self._worker.news()
        for item in news:
            self._take(item)
        for name, run in list(self.runs.items()):
            if captures:
                run.step()
            if run.is_over:
                self.runs.pop(name)
                self.said[name] = run.sentence()
                self._refresh(name)
        return bool(news)

    def wait(self) -> None:
        """Pump until nothing is under way; for background mode and scripts, where nobody is kept waiting."""
        while self.is_busy:
            self.pump()
            time.sleep(0.02)

    def reconnect(self) -> None:
        """Let go of the sidecar, so that the next order looks for it again; what is under way is kept."""
        if self._worker is not None and not self.is_busy:
            worker, self._worker = self._worker, None
            threading.Thread(target=worker.close, name="lfpnet-closing", daemon=True).start()

    def close(self) -> None:
        """End the worker; unfinished frames are dropped."""
        self.runs.clear()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def forget(self) -> None:
        """Another file was opened: drop what belonged to the last one."""
        self.cancel()
        self.runs.clear()
        self.states.clear()
        self.said.clear()
        self._marked.clear()
        self._scenes.clear()

    # ---- steps

    def _ensure_worker(self) -> Worker:
        if self._worker is None:
            preferences = Preferences()
            self._worker = Worker(preferences.connect, writes_files=preferences.is_local)
        return self._worker

    def _compute(self, kind: str, name: str, work: Any) -> None:
        self._computing += 1
        self._ensure_worker().compute(kind, name, work)

    def _take(self, news: News) -> None:
        if news.kind in _COMPUTED:
            self._computing -= 1
        if news.kind == "training":
            self.training = news.value
        elif news.kind == "states":
            self.states[news.shot] = news.value
        elif news.kind == "broken":
            self.said[news.shot] = news.value
        elif news.kind in ("gaps", "preview"):
            self._show(news)
        elif news.shot in self.runs:
            self.runs[news.shot].take(news)
            if news.kind == "done":
                self._on_done(news.shot)

    def _on_done(self, name: str) -> None:
        try:
            self.close_gaps(self._find(self._scenes[name], name))
        except ShotProblem as problem:
            self.said[name] = str(problem)

    def _show(self, news: News) -> None:
        """Put results or a preview into the compositor."""
        try:
            shot = self._find(self._scenes.get(news.shot, ""), news.shot)
            if news.kind == "preview":
                show_preview(compositor_tree(shot.scene), news.value)
            elif news.value is not None:
                shot.show(news.value)
                reload_results(shot.group)
        except (ShotProblem, RuntimeError) as problem:
            self.said[news.shot] = str(problem)

    def _refresh(self, name: str) -> None:
        try:
            self.look_up_states(self._find(self._scenes[name], name))
        except ShotProblem as problem:
            self.said[name] = str(problem)

    def _find(self, scene: str, name: str) -> Shot:
        """Find a shot by names, as nothing else survives an undo."""
        found = bpy.data.scenes.get(scene)
        shot = None if found is None else find_shot(found, name)
        if shot is None:
            raise ShotProblem(f"The node of {name} is gone: its results stay in its folder.")
        return shot


def _bottom_up(pixels: Any) -> Any:
    return pixels.array if pixels.origin == "bottom-left" else pixels.array[::-1]


_session: Session | None = None


def session() -> Session:
    """The session of this Blender."""
    global _session  # noqa: PLW0603 - one worker for all files and windows
    if _session is None:
        _session = Session()
    return _session


def end_session() -> None:
    """End the worker."""
    global _session  # noqa: PLW0603 - as above
    if _session is not None:
        _session.close()
        _session = None


def tick() -> float:
    """Blender's timer: take news, and capture where no modal operator does."""
    running = session()
    has_changed = running.pump(captures=not running.is_modal)
    if running.look_again() or has_changed:
        redraw()
    return BUSY_SECONDS if running.is_busy else IDLE_SECONDS


def redraw() -> None:
    """Have the node editors drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "NODE_EDITOR":
                area.tag_redraw()


def register() -> None:
    """Start the timer where Blender has one."""
    if not bpy.app.background and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=IDLE_SECONDS, persistent=True)


def unregister() -> None:
    """End timer and worker."""
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    end_session()
