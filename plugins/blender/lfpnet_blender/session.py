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

from . import preferences, settings
from .errors import ShotProblem
from .host.at_frame import FrameReader, read_frames
from .host.group import reload_results, result_image
from .host.preview import connect_viewer, hide_preview, is_previewing, show_preview
from .host.quiet import is_rendering
from .host.tree import compositor_tree
from .host.upstream import has_keys
from .ownership import separate_copies
from .preferences import Preferences
from .results import ShotResults
from .run import Run
from .sentences import Said, sidecar_sentence, training_sentence
from .shot import Shot, describe_files, find_shot, find_shots
from .sidecar.shots.report import FrameTask
from .sidecar.shots.request import MatteRequest
from .tasks import News, RunOrder, Snapshot
from .trimap_preview import make_trimap, overlay
from .worker import Worker

BUSY_SECONDS, IDLE_SECONDS = 0.1, 0.5
#: Frames whose states the panel shows; more would take long to look up.
LISTED_FRAMES = 5000
#: A preview need not be larger.
PREVIEW_SIDE = 1920
_COMPUTED = ("gaps", "states", "preview", "broken")
#: How long looking up states may keep Blender's thread at a time.
LOOK_SECONDS = 0.03
#: Other frames are looked up again when nothing was touched for so long.
CALM_SECONDS = 1.0
WAITING = Said("Blender is rendering: the frames that are left are matted when it has ended.", "busy")


class Session:
    """One for each Blender; made by `session()`."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self.runs: dict[str, Run] = {}
        self.states: dict[str, Mapping[int, str]] = {}
        self.said: dict[str, Said] = {}
        self.training: Mapping[str, Any] = {"state": "none"}
        self.is_modal = False
        #: Whether something in the file changed since the present frame's state was looked up.
        self.is_touched = False
        self._touched_at = 0.0
        self._looking: dict[str, _Looking] = {}
        self._preview: tuple[str, object] | None = None
        self._later: list[News] = []
        self._marked: set[str] = set()
        self._scenes: dict[str, str] = {}
        self._worker: Worker | None = None
        self._computing = 0

    # ---- what the panel shows

    @property
    def snapshot(self) -> Snapshot:
        """The connection as it was a moment ago."""
        return Snapshot() if self._worker is None else self._worker.snapshot

    @property
    def _weights(self) -> dict[str, str]:
        """What the sidecar's weights hold, by name, as far as it has said."""
        return {str(model["name"]): str(model.get("fingerprint", "")) for model in self.snapshot.models}

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
        return bool(self.runs or self._looking) or self._computing > 0 or self.is_training

    # ---- orders

    def connect(self) -> None:
        """Find or start the sidecar."""
        self._ensure_worker().connect()

    def matte(self, shot: Shot, frames: Sequence[int], *, is_forced: bool, is_urgent: bool) -> Run:
        """Begin to matte frames.

        Raises:
            ShotProblem: an input is not linked.
        """
        if shot.group.library is not None:
            raise ShotProblem(
                f"{shot.node.name} is linked from {shot.group.library.filepath}: matte it there, or make it local here."
            )
        scene, place = shot.scene.name, (*(group.name for group in shot.path), shot.node.name)
        separate_copies()
        shot = _at(scene, place)
        shot.inputs()
        name, results, tasks = shot.name, shot.results(), []
        with read_frames(shot.scene) as reader:
            for frame in frames:
                if has_keys(shot.group):
                    reader.go(frame)
                tasks.append(FrameTask(frame, "", results.path(frame), shot.request(reader)))
        self._scenes[name] = scene
        self.said.pop(name, None)
        worker = self._ensure_worker()
        order = RunOrder(name, tuple(tasks), shot.request(), shot.owner(), is_forced, is_urgent)
        self.runs[name] = Run(name, frames, lambda frame: self._find(scene, name).captured(frame), worker)
        worker.matte(order)
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
        """Find out which frames are done, stale, missing or unknown; `pump` does it, a little at a time."""
        try:
            self._looking[shot.name] = _Looking(shot.frames()[:LISTED_FRAMES])
        except ShotProblem as problem:
            self.said[shot.name] = Said(str(problem), "error")
            return
        self._scenes[shot.name] = shot.scene.name

    def mark(self, name: str) -> None:
        """Have the states of a shot's frames, and its preview, looked up again soon, if they are shown."""
        self.is_touched = True
        if name in self.states:
            self._marked.add(name)

    def look_again(self) -> bool:
        """Look up what was marked, and the present frame where something was touched; True when that may show."""
        if self.runs or self._computing or is_rendering():
            return False
        now = time.monotonic()
        is_touched, self.is_touched = self.is_touched, False
        for window in bpy.context.window_manager.windows if is_touched else ():
            self.look_up_present(window.scene)
        if is_touched:
            separate_copies()
            self._touched_at = now
            self._marked |= set(self.states)
            self._preview_again()
        if not self._marked or (now < self._touched_at + CALM_SECONDS and not bpy.app.background):
            return is_touched
        marked, self._marked = self._marked, set()
        for name in marked:
            self._refresh(name)
        return True

    def look_up_present(self, scene: bpy.types.Scene) -> None:
        """Compare the inputs of the present frame with those it was matted from."""
        frame = scene.frame_current
        shots = [shot for shot in find_shots(scene) if frame in self.states.get(shot.name, ()) and not shot.problem()]
        if not shots:
            return
        with read_frames(scene) as reader:
            for shot in shots:
                request, signature = next(shot.looks(reader, [frame]))
                request = request.with_fingerprint(self._weights.get(request.model, ""))
                state = shot.results().state(frame, request, shot.sources(frame) | signature)
                self.states[shot.name] = {**self.states[shot.name], frame: state}

    def preview(self, shot: Shot, frame: int) -> None:
        """Show the trimap over the plate.

        Raises:
            ShotProblem: an input is not linked or has no pixels, or Blender renders.
        """
        task = shot.captured(frame)
        step = max(1, -(-max(task.plate.array.shape[:2]) // PREVIEW_SIDE))
        plate = _bottom_up(task.plate)[::step, ::step]
        masks = {name: _bottom_up(mask)[::step, ::step] for name, mask in task.masks.items()}
        bands = task.request.inner_pixels / step, task.request.outer_pixels / step
        self._scenes[shot.name] = shot.scene.name
        self._preview = (shot.name, (frame, task.request, task.sources))
        self._compute("preview", shot.name, lambda: overlay(plate, make_trimap(masks, *bands)))

    def end_preview(self) -> None:
        """What is still computed of a preview is not shown any more."""
        self._preview = None

    def pause_preview(self) -> None:
        """Take previews out of every compositor while the file is written: a saved one is black when it is opened."""
        for scene in bpy.data.scenes:
            tree = compositor_tree(scene)
            if is_previewing(tree):
                hide_preview(tree)

    def resume_preview(self) -> None:
        """Show the preview again that `pause_preview` took away."""
        if self._preview is None:
            return
        name, _ = self._preview
        try:
            shot = self._find(self._scenes.get(name, ""), name)
            self.preview(shot, shot.scene.frame_current)
        except ShotProblem as problem:
            self.said[name] = Said(str(problem), "error")

    def train(self, arguments: Sequence[str]) -> None:
        """Start fine-tuning."""
        self.training = {"state": "running"}
        self._ensure_worker().train(arguments)

    def stop_training(self) -> None:
        """End fine-tuning."""
        self._ensure_worker().stop_training()

    # ---- the pump

    def pump(self, *, captures: bool = True) -> bool:
        """Take news, capture the next frame and look up states; True when something changed."""
        if self._worker is None and not self._looking:
            return False
        is_waiting = is_rendering()
        news = [] if self._worker is None else self._worker.news()
        for item in [*self._later, *news]:
            self._take(item, is_later=is_waiting)
        for name, run in list(self.runs.items()):
            if captures and not is_waiting:
                run.step()
            if is_waiting:
                self.said[name] = WAITING
            elif self.said.get(name) is WAITING:
                self.said.pop(name)
            if run.is_over:
                self.runs.pop(name)
                self._on_over(name, run)
        if not is_waiting:
            self._go_on_looking()
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
        self._looking.clear()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def forget(self) -> None:
        """Another file was opened: drop what belonged to the last one."""
        self.cancel()
        for kept in (self.runs, self.states, self.said, self._marked, self._scenes, self._looking, self._later):
            kept.clear()
        self._preview = None

    # ---- steps

    def _ensure_worker(self) -> Worker:
        if self._worker is None:
            chosen = Preferences()
            self._worker = Worker(chosen.connect, writes_files=chosen.is_local)
        return self._worker

    def _compute(self, kind: str, name: str, work: Any) -> None:
        self._computing += 1
        self._ensure_worker().compute(kind, name, work)

    def _take(self, news: News, *, is_later: bool) -> None:
        if news in self._later:
            self._later.remove(news)
        elif news.kind in _COMPUTED:
            self._computing -= 1
        if news.kind == "training":
            self.training = news.value
        elif news.kind == "states":
            self.states[news.shot] = news.value
        elif news.kind == "broken":
            self.said[news.shot] = Said(news.value, "error")
        elif news.kind in ("gaps", "preview"):
            if is_later:  # a render has a thread of its own, under which no node may change
                self._later.append(news)
            else:
                self._show(news)
        elif news.shot in self.runs:
            self.runs[news.shot].take(news)
            if news.kind == "made":
                self._close_gaps_of(news.shot)

    def _on_over(self, name: str, run: Run) -> None:
        """Say what came of a run, and show it: also what was done already may not be shown, as after an undo."""
        level = "error" if run.failed or run.problem else "info" if run.is_cancelled else "ok"
        self.said[name] = Said(run.sentence(), level)
        if run.skipped:
            self._close_gaps_of(name)
        self._refresh(name)

    def _close_gaps_of(self, name: str) -> None:
        try:
            self.close_gaps(self._find(self._scenes[name], name))
        except ShotProblem as problem:
            self.said[name] = Said(str(problem), "error")

    def _go_on_looking(self) -> None:
        """Look at frames for a while; then the worker compares them with what is on disk."""
        for name, looking in list(self._looking.items()):
            try:
                shot = self._find(self._scenes[name], name)
                with read_frames(shot.scene) as reader:
                    looking.go_on(shot, reader, LOOK_SECONDS)
            except ShotProblem as problem:
                self._looking.pop(name)
                self.said[name] = Said(str(problem), "error")
                continue
            if not looking.left:
                self._looking.pop(name)
                results, found = shot.results(), looking.found
                self._compute(
                    "states", name, lambda results=results, found=found: _states(results, found, self._weights)
                )

    def _preview_again(self) -> None:
        """Show the trimap of now where it is shown and something about it changed."""
        if self._preview is None or _is_playing():
            return
        name, former = self._preview
        scene = bpy.data.scenes.get(self._scenes.get(name, ""))
        shot = None if scene is None else find_shot(scene, name)
        if shot is None or shot.problem() or not is_previewing(compositor_tree(shot.scene)):
            return
        frame = shot.scene.frame_current
        with read_frames(shot.scene) as reader:
            request, signature = next(shot.looks(reader, [frame]))
        if (frame, request, shot.sources(frame) | signature) == former:
            return
        try:
            self.preview(shot, frame)
        except ShotProblem as problem:
            self.said[name] = Said(str(problem), "error")

    def _show(self, news: News) -> None:
        """Put results or a preview into the compositor."""
        try:
            shot = self._find(self._scenes.get(news.shot, ""), news.shot)
            if news.kind == "preview":
                if self._preview is not None:
                    show_preview(compositor_tree(shot.scene), news.value)
            elif news.value is not None:
                is_first = result_image(shot.group) is None
                shot.show(news.value)
                reload_results(shot.group)
                if is_first and not shot.path:
                    connect_viewer(shot.node)
        except (ShotProblem, RuntimeError) as problem:
            self.said[news.shot] = Said(str(problem), "error")

    def _refresh(self, name: str) -> None:
        try:
            self.look_up_states(self._find(self._scenes[name], name))
        except ShotProblem as problem:
            self.said[name] = Said(str(problem), "error")

    def _find(self, scene: str, name: str) -> Shot:
        """Find a shot by names, as nothing else survives an undo."""
        found = bpy.data.scenes.get(scene)
        shot = None if found is None else find_shot(found, name)
        if shot is None:
            raise ShotProblem(f"The node of {name.strip('.')} was removed: its results stay in its folder.")
        return shot


def _at(scene: str, place: tuple[str, ...]) -> Shot:
    """The shot at a place, whose group may have become another one."""
    for shot in find_shots(bpy.data.scenes[scene]):
        if (*(group.name for group in shot.path), shot.node.name) == place:
            return shot
    raise ShotProblem(f"The node {place[-1]} was removed meanwhile.")


class _Looking:
    """What is known so far of the frames of one shot.

    Attributes:
        left: frames that were not looked at yet.
        found: frame -> settings, files by input, and what the nodes are set to.
    """

    def __init__(self, frames: Sequence[int]) -> None:
        """Begin with the first."""
        self.left = list(frames)
        self.found: dict[int, tuple[MatteRequest, Mapping[str, Any], Mapping[str, str]]] = {}

    def go_on(self, shot: Shot, reader: FrameReader, seconds: float) -> None:
        """Look at frames until the time is over."""
        until = time.monotonic() + seconds
        for request, signature in shot.looks(reader, list(self.left)):
            frame = self.left.pop(0)
            self.found[frame] = (request, shot.files(frame), signature)
            if time.monotonic() > until:
                return


def _states(results: ShotResults, found: Mapping[int, Any], weights: Mapping[str, str]) -> dict[int, str]:
    """Compare what is on disk with what is set, weights by what they hold."""
    states = {}
    for frame, (request, files, signature) in found.items():
        sources = {name: describe_files(paths) for name, paths in files.items()}
        states[frame] = results.state(
            frame, request.with_fingerprint(weights.get(request.model, "")), sources | signature
        )
    return states


def _is_playing() -> bool:
    return any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)


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
    """Have the node editors and the preferences drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("NODE_EDITOR", "PREFERENCES"):
                area.tag_redraw()


def _on_preferences() -> None:
    session().reconnect()


def _connection_sentence() -> str:
    return session().sidecar().text


def _on_settings(name: str) -> None:
    session().mark(name)


def register() -> None:
    """Start the timer where Blender has one, and hear of changes."""
    preferences.listeners.append(_on_preferences)
    preferences.connection_sentences.append(_connection_sentence)
    settings.listeners.append(_on_settings)
    if not bpy.app.background and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=IDLE_SECONDS, persistent=True)


def unregister() -> None:
    """End timer and worker."""
    preferences.listeners.remove(_on_preferences)
    preferences.connection_sentences.remove(_connection_sentence)
    settings.listeners.remove(_on_settings)
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    end_session()
