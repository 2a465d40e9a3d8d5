"""Everything that can be chosen about a sidecar when it starts."""

from dataclasses import dataclass
from pathlib import Path

from sidecar.wire import limits


@dataclass(frozen=True)
class ServerLimits:
    """Bounds that the server enforces and announces in `capabilities`; see docs/protocol.md, section 6."""

    image_bytes: int = limits.IMAGE_BYTES
    client_bytes: int = limits.CLIENT_BYTES
    client_jobs: int = limits.CLIENT_JOBS
    client_slots: int = limits.CLIENT_SLOTS
    clients: int = limits.CLIENTS
    peer_sessions: int = limits.PEER_SESSIONS
    cache_bytes: int = 1 << 30
    results_bytes: int = 2 << 30
    models: int = 2


@dataclass(frozen=True)
class ServerConfig:
    """How one sidecar runs.

    Attributes:
        runtime_directory: private folder of the lock, the sockets and the published endpoint.
        weights: checkpoint behind the model name `default`; None takes the weights that ship with lfpnet.
        models_directories: each `NAME.safetensors` in them can be asked for by name, the last folder winning.
        devices: one worker each, such as `("cuda:0", "cuda:1")`.
        precision: as `Predictor.load` takes it.
        listen: None for a private local socket, `tcp://127.0.0.1:*` (with a token), or `tcp://host:port` (CURVE).
        keys_directory: server's key pair and `clients/*.key` for CURVE; needed for TCP beyond loopback.
        allowed_roots: folders in which clients may name files. Empty refuses every path.
        idle_seconds: the server ends after so long without work; 0 never.
        session_seconds: a client that is silent for so long has vanished.
        drain_seconds: after SIGTERM accepted jobs may take so long.
        log_file: where this process writes its log, told to clients; empty when unknown.
    """

    runtime_directory: Path
    weights: Path | None = None
    models_directories: tuple[Path, ...] = ()
    devices: tuple[str, ...] = ("auto",)
    precision: str = "auto"
    listen: str | None = None
    keys_directory: Path | None = None
    allowed_roots: tuple[Path, ...] = ()
    idle_seconds: float = 900.0
    session_seconds: float = 15.0
    drain_seconds: float = 120.0
    log_file: str = ""
    limits: ServerLimits = ServerLimits()
