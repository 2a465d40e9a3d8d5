"""The life of one sidecar: own the lock, bind, publish the endpoint, and only then import what is heavy."""

import logging
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sidecar.runtime.endpoint import LOCK_FILE, remove_endpoint, write_endpoint
from sidecar.runtime.lock import EXIT_NOT_OWNER, OwnerLock
from sidecar.server.config import ServerConfig
from sidecar.server.descriptors import raise_limit
from sidecar.server.presence import Presence
from sidecar.server.sockets import Sockets

if TYPE_CHECKING:
    from sidecar.server.model_cache import LoadPredictor

log = logging.getLogger(__name__)
#: How often Python may change threads; keeps control answers quick beside a Python-heavy step.
#: Source: p99 of 9 ms instead of seconds in the project's measurements.
SWITCH_INTERVAL_SECONDS = 0.0005


def serve(
    config: ServerConfig,
    load: "LoadPredictor | None" = None,
    train_command: tuple[str, ...] | None = None,
) -> int:
    """Run one sidecar until it is idle, drained or told to stop.

    Args:
        config: how to run.
        load: makes predictors, None those of lfpnet; tests bring a quick one.
        train_command: starts a training run, None one of lfpnet; tests bring a quick one.

    Returns:
        The exit code: 0, or `EXIT_NOT_OWNER` when another sidecar of this user is alive.

    Raises:
        SidecarError: what of the configuration cannot be used.
    """
    lock = OwnerLock(config.runtime_directory / LOCK_FILE)
    if not lock.acquire(patience_seconds=0.5):
        log.info("another sidecar owns %s", lock.path)
        return EXIT_NOT_OWNER
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    raise_limit()
    sockets = Sockets(config)
    try:
        write_endpoint(config.runtime_directory, sockets.endpoint)
        log.info("listens on %s as instance %s", sockets.endpoint.control, sockets.endpoint.instance)
        _work(config, sockets, Presence(config, lock, sockets), load, train_command)
    finally:
        remove_endpoint(config.runtime_directory, sockets.endpoint.instance)
        sockets.close()
        sockets.remove_files()
        lock.release()
    return 0


def _work(
    config: ServerConfig,
    sockets: Sockets,
    presence: Presence,
    load: "LoadPredictor | None",
    train_command: tuple[str, ...] | None,
) -> None:
    """Answer clients; these imports come after the sockets are bound and known."""
    from sidecar.server.dispatcher import Dispatcher
    from sidecar.server.job_manager import JobManager
    from sidecar.server.model_cache import load_predictor
    from sidecar.server.training import TRAIN_COMMAND, Training

    training = Training(config.runtime_directory, train_command or TRAIN_COMMAND)
    job_manager = JobManager(config, load or load_predictor, sockets.wake)
    dispatcher = Dispatcher(config, sockets, job_manager, training, presence)
    handlers = _on_signals(dispatcher.request_drain)
    try:
        dispatcher.run()
    finally:
        training.stop_now()
        job_manager.pipeline.stop(patience_seconds=5.0)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _on_signals(drain: Callable[[], None]) -> dict[signal.Signals, Any]:
    """SIGTERM and SIGINT drain; a second one ends at once."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    return {number: signal.signal(number, lambda _number, _frame: drain()) for number in numbers}
