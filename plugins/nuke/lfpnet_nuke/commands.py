"""What the node's buttons do. Each takes the node; an error becomes one sentence for the artist."""

from __future__ import annotations

import threading
from typing import Any, Callable

from . import export_for_farm, host, knobs, ownership, results, training
from .connection import client_for
from .errors import PluginError, sentence_of
from .log import logger
from .runs import Runs, Work, run_here, show_results
from .sidecar.client import Client

RUNS = Runs()


def press(command: str, node: Any) -> None:
    """Do what a button says; the only function that saved scripts name."""
    try:
        if command not in COMMANDS:
            raise PluginError(f"This LFPNet plugin is older than the node, it has no command '{command}': update it.")
        COMMANDS[command](node)
    except Exception as problem:
        _say_problem(node, command, problem)


def create_node() -> Any:
    """Make a node whose results go beside the script."""
    node = host.create()
    ownership.adopt_new(node)
    return node


def matte(node: Any) -> None:
    """Matte the chosen frames."""
    _start(Work(node))


def matte_current(node: Any) -> None:
    """Matte the current frame."""
    _start(Work(node, {"lfp_range": knobs.CURRENT}))


def cancel(node: Any) -> None:
    """Stop the run of this node."""
    if not RUNS.cancel(node):
        raise PluginError(f"{host.full_name(node)} is not at work: there is nothing to cancel.")


def reload(node: Any) -> None:
    """Read the result's files again."""
    show_results(node)


def check(node: Any) -> None:
    """Say which of the chosen frames are done, stale or missing."""
    work = Work(node)
    _ask(node, lambda: results.frames_state(work), _show_frames)


def select(node: Any) -> None:
    """Choose the frames that are stale or missing."""
    work = Work(node)
    _ask(node, lambda: results.frames_state(work), _select_frames)


def clear(node: Any) -> None:
    """Remove the results of the chosen frames, after asking."""
    work = Work(node)
    if RUNS.is_running(node):
        raise PluginError(f"{work.name} is at work: wait, or press Cancel.")
    count = len(work.tasks)
    if host.agrees(f"Remove the results of {count} frames of {work.name}? They cannot be brought back."):
        _tell(node, f"{results.clear_results(work)} results removed.")
        host.show_plate(node)


def new_folder(node: Any) -> None:
    """Begin anew in a folder of the node's own."""
    _tell(node, ownership.begin_anew(node))


def take_over(node: Any) -> None:
    """Make the results in the node's folder its own."""
    _tell(node, ownership.take_over(node))


def refresh_weights(node: Any) -> None:
    """Fill the menu with the sidecar's models."""
    address = _address(node)
    _ask(
        node,
        lambda: [str(model["name"]) for model in client_for(address).models()],
        _show_weights,
    )


def sidecar_state(node: Any) -> None:
    """Ask the sidecar how it is."""
    address = _address(node)
    _ask(node, lambda: _state_sentence(client_for(address)), _tell)


def export(node: Any) -> None:
    """Write plate and masks, and say how to matte them without Nuke."""
    work = Work(node)
    if host.has_window():
        RUNS.start(work, export_for_farm.export_frames)
        return
    report = export_for_farm.export_frames(work, work.export, host.TerminalProgress(threading.Event()))
    work.tell(report.sentence)
    work.keep_farm_command(report.farm_command)
    host.say(report.notice or report.sentence)


def add_pair(node: Any) -> None:
    """Add the current frame to the training pairs."""
    _render(node, lambda: _tell(node, training.add_pair(node)))


def finetune(node: Any) -> None:
    """Begin to fine-tune on the pairs."""
    begin = training.request(node)
    address = _address(node)
    _ask(node, lambda: begin(client_for(address)), _tell)


def training_state(node: Any) -> None:
    """Say how the fine-tuning goes."""
    address = _address(node)
    _ask(node, lambda: training.state(client_for(address)), _tell)


def stop_training(node: Any) -> None:
    """End the fine-tuning."""
    address = _address(node)
    _ask(node, lambda: training.stop(client_for(address)), _tell)


def _say_problem(node: Any, what: str, problem: Exception) -> None:
    """Log it, and tell the artist in one sentence: in a window or on the terminal, and on the node if it is there."""
    sentence = sentence_of(problem)
    logger.error("%s: %s", what, sentence, exc_info=problem)
    try:
        _tell(node, sentence)
    except ValueError:
        logger.info("the node is gone")
    host.say(sentence)


def _render(node: Any, work: Callable[[], None]) -> None:
    """Do what renders: deferred where there is a window, because Nuke refuses to render inside a button."""

    def guarded() -> None:
        try:
            work()
        except Exception as problem:
            _say_problem(node, "a render failed", problem)

    if host.has_window():
        host.defer(guarded)
    else:
        work()


def _ask(node: Any, question: Callable[[], Any], show: Callable[[Any, Any], None]) -> None:
    """Ask the sidecar without keeping Nuke's window waiting, then show the answer on the node."""
    name = host.full_name(node)

    def answer() -> None:
        try:
            value, shown = question(), show
        except Exception as problem:
            logger.error("a question of %s", name, exc_info=problem)
            value, shown = sentence_of(problem), _tell
        main.post(lambda: shown(node, value) if host.is_alive(node) else None)

    if not host.has_window():
        show(node, question())
        return
    main = host.MainThread(lambda: False)
    _tell(node, "Asking the sidecar.")
    threading.Thread(target=answer, name="lfpnet-question", daemon=True).start()


def _show_weights(node: Any, names: list[str]) -> None:
    host.set_menu(node, "lfp_weights", names)
    _tell(node, f"The sidecar has {len(names)} models.")


def _show_frames(node: Any, state: results.FramesState) -> None:
    host.set_value(node, "lfp_frames_state", state.sentence)
    _tell(node, "The results were looked at; pictures are compared when frames are matted.")


def _select_frames(node: Any, state: results.FramesState) -> None:
    _show_frames(node, state)
    if not state.unfinished:
        _tell(node, "Every chosen frame is done: nothing was selected.")
        return
    host.set_value(node, "lfp_range", knobs.CUSTOM)
    host.set_value(node, "lfp_frames", state.unfinished)


def _tell(node: Any, sentence: str) -> None:
    host.set_value(node, "lfp_state", sentence)


def _state_sentence(client: Client) -> str:
    status = client.status()
    devices = ", ".join(status["devices"])
    return f"{client.sentence} It is {status['state']} on {devices}; {status['queued']} jobs wait."


def _start(work: Work) -> None:
    if host.has_window():
        RUNS.start(work)
    else:
        run_here(work)


def _address(node: Any) -> str:
    return str(node["lfp_address"].value() or "").strip()


#: Names in the buttons' scripts -> what they do.
COMMANDS: dict[str, Callable[[Any], None]] = {
    function.__name__: function
    for function in (
        matte, matte_current, cancel, reload, check, select, clear, new_folder, take_over, refresh_weights,
        sidecar_state, export, add_pair, finetune, training_state, stop_training,
    )
}  # fmt: skip
