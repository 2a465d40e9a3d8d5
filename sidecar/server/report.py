"""What the server says about itself: `capabilities` and `status_reply`, each well under the header's 64 kB."""

import os
import time
from dataclasses import asdict
from typing import Any

from lfpnet import __version__
from sidecar.client.endpoint import Endpoint
from sidecar.server.config import ServerConfig
from sidecar.server.desk import Desk
from sidecar.server.memory import device_bytes, resident_bytes
from sidecar.server.slots import IS_SUPPORTED

#: Jobs listed in one status reply, running ones first.
LISTED_JOBS = 64


def capabilities(config: ServerConfig, endpoint: Endpoint, desk: Desk, *, is_local: bool) -> dict[str, Any]:
    """Give the fields of `capabilities` that do not depend on the client."""
    transports = ["inline", "exr"]
    if config.allowed_roots:
        transports.append("file")
    if is_local and IS_SUPPORTED:
        transports.append("shm")
    return {
        "instance": endpoint.instance,
        "pid": os.getpid(),
        "version": __version__,
        "state": desk.state,
        "models": [model["name"] for model in desk.models()],
        "devices": list(config.devices),
        "transports": transports,
        "limits": asdict(config.limits),
        "problem": desk.pipeline.problem or None,
    }


def status_report(config: ServerConfig, endpoint: Endpoint, desk: Desk) -> dict[str, Any]:
    """Give the fields of `status_reply`."""
    jobs = [(job, session) for session in desk.sessions for job in session.unfinished]
    jobs.sort(key=lambda pair: (pair[0].state != "running", pair[0].created))
    now = time.monotonic()
    listed = [
        {
            "job": job.name[:64],
            "client": session.client[:64],
            "label": job.request.get("label", "")[:128],
            "priority": job.priority,
            "state": job.state,
            "stage": job.stage,
            "done": job.done,
            "total": job.total,
            "age_seconds": round(now - job.created, 2),
        }
        for job, session in jobs[:LISTED_JOBS]
    ]
    memory = {
        "resident_bytes": resident_bytes(),
        "cache_bytes": desk.cache.nbytes,
        "results_bytes": desk.shelf.nbytes,
        "slot_bytes": sum(session.slots.nbytes for session in desk.sessions),
        "upload_bytes": sum(session.upload_bytes for session in desk.sessions),
        "devices": device_bytes(),
    }
    return {
        "instance": endpoint.instance,
        "pid": os.getpid(),
        "state": desk.state,
        "uptime_seconds": now - desk.started,
        "worker_age_seconds": desk.pipeline.worker_age_seconds,
        "clients": len(desk.sessions),
        "queued": len(desk.queue),
        "jobs": listed,
        "memory": memory,
        "models": [{key: model[key] for key in ("name", "is_loaded")} for model in desk.models()],
        "devices": list(config.devices),
        "finished": desk.finished_jobs,
        "failed": desk.failed_jobs,
    }
