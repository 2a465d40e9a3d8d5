"""What others find of this server - folder, lock, sockets, endpoint - put right while it lives, whatever deleted it."""

import logging
import sys

from sidecar.runtime.endpoint import ENDPOINT_FILE, read_endpoint, write_endpoint
from sidecar.runtime.lock import OwnerLock, set_aside
from sidecar.server.config import ServerConfig
from sidecar.server.sockets import Sockets

log = logging.getLogger(__name__)


class Presence:
    """Looks after the runtime folder of one server; the dispatcher's thread calls it several times a second."""

    def __init__(self, config: ServerConfig, lock: OwnerLock, sockets: Sockets) -> None:
        """Take over a lock that is held and sockets that are bound."""
        self._folder, self._lock, self._sockets = config.runtime_directory, lock, sockets
        self._last_problem = ""

    def repair(self) -> bool:
        """Put right what is damaged; False when another server owns the folder now, so that this one has to end."""
        try:
            return self._repair()
        except OSError as problem:
            if str(problem) != self._last_problem:
                log.warning("the runtime folder cannot be put right: %s", problem)
            self._last_problem = str(problem)
            return True

    def _repair(self) -> bool:
        if not self._lock.repair():
            log.warning("another sidecar owns %s now", self._folder)
            return False
        if sys.platform != "win32" and self._folder.stat().st_mode & 0o077:
            log.warning("%s was open to others and is private again", self._folder)
            self._folder.chmod(0o700)
        self._sockets.repair()
        if read_endpoint(self._folder) != self._sockets.endpoint:
            log.warning("the published endpoint was missing or damaged and is written again")
            path = self._folder / ENDPOINT_FILE
            if path.is_dir():
                set_aside(path)
            write_endpoint(self._folder, self._sockets.endpoint)
        return True
