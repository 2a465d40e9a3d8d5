"""Who is connected: one session per client program, alive as long as it pings."""

import secrets
import time
from dataclasses import dataclass, field

from sidecar.server.config import ServerLimits
from sidecar.server.jobs import Job
from sidecar.server.shared_memory import SlotPool
from sidecar.wire.errors import SidecarError


@dataclass(eq=False)
class Session:
    """One client program, the same across reconnects; its jobs, slots and routing identities."""

    name: str
    client: str
    client_id: str
    slots: SlotPool
    control_identity: bytes
    last_heard: float = field(default_factory=time.monotonic)
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def unfinished(self) -> list[Job]:
        """Jobs that may still do something."""
        return [job for job in self.jobs.values() if not job.is_over]

    @property
    def upload_bytes(self) -> int:
        """Bytes of pictures announced for unfinished jobs."""
        return sum(job.upload_bytes for job in self.unfinished)

    @property
    def held_bytes(self) -> int:
        """Bytes of pictures that have come for unfinished jobs and are held."""
        return sum(upload.received for job in self.unfinished for upload in job.uploads.values())


class Sessions:
    """All sessions, found by their secret name."""

    def __init__(self, limits: ServerLimits) -> None:
        """Start empty."""
        self._limits = limits
        self._by_name: dict[str, Session] = {}
        self._by_client: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self):
        return iter(list(self._by_name.values()))

    def open(self, client: str, client_id: str, identity: bytes) -> Session:
        """Return the client's session, its old one when it comes back.

        Raises:
            SidecarError: code `too_many_clients`.
        """
        session = self._by_client.get(client_id)
        if session is None:
            of_peer = sum(other.control_identity == identity for other in self._by_name.values())
            if of_peer >= self._limits.peer_sessions:
                raise SidecarError("too_many_clients", f"This program has {of_peer} sessions already: use one of them.")
            if len(self._by_name) >= self._limits.clients:
                raise SidecarError("too_many_clients", f"{len(self)} clients are connected already: try again later.")
            session = Session(secrets.token_hex(16), client, client_id, SlotPool(self._limits), identity)
            self._by_name[session.name] = self._by_client[client_id] = session
        session.control_identity = identity
        session.last_heard = time.monotonic()
        return session

    def get(self, name: str) -> Session:
        """Return a session and note that its client is alive.

        Raises:
            SidecarError: code `unknown_session`.
        """
        session = self._by_name.get(name)
        if session is None:
            raise SidecarError("unknown_session", "This sidecar does not know the session: say hello again.")
        session.last_heard = time.monotonic()
        return session

    def of(self, client_id: str) -> Session | None:
        """Return the session of a client, if it is connected."""
        return self._by_client.get(client_id)

    def close(self, session: Session) -> None:
        """Forget a session and its shared memory."""
        self._by_name.pop(session.name, None)
        self._by_client.pop(session.client_id, None)
        session.slots.close_all()
