"""What the server says about itself: `capabilities` and `status_reply`, each well under the header's 64 kB."""

import os
import time
from dataclasses import asdict
from typing import Any

from lfpnet import __version__
from sidecar.runtime.endpoint import Endpoint
from sidecar.server.config import ServerConfig
from sidecar.server.job_manager import JobManager
from sidecar.server.memory import device_bytes, resident_bytes
from sidecar.server.shared_memory import IS_SUPPORTED
from sidecar.wire.sendable import plain_text

#: Jobs listed in one status reply, running ones first.
LISTED_JOBS = 64


def capabilities(
    config: ServerConfig, endpoint: Endpoint, job_manager: JobManager, *, is_local: bool
) -> dict[str, Any]:
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
        "state": job_manager.state,
        "models": [model["name"] for model in job_manager.models()],
        "devices": list(config.devices),
        "transports": transports,
        "limits": asdict(config.limits),
        "problem": job_manager.pipeline.problem or None,
    }


def status_report(config: ServerConfig, endpoint: Endpoint, job_manager: JobManager) -> dict[str, Any]:
    """Give the fields of `status_reply`."""
    jobs = [(job, session) for session in job_manager.sessions for job in session.unfinished]
    jobs.sort(key=lambda pair: (pair[0].state != "running", pair[0].created))
    now = time.monotonic()
    listed = [
        {
            "job": plain_text(job.name, max_bytes=64),
            "client": plain_text(session.client, max_bytes=64),
            "label": plain_text(job.request.get("label", ""), max_bytes=128),
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
        "cache_bytes": job_manager.cache.nbytes,
        "results_bytes": job_manager.retained_results.nbytes,
        "slot_bytes": sum(session.slots.nbytes for session in job_manager.sessions),
        "upload_bytes": sum(session.held_bytes for session in job_manager.sessions),
        "devices": device_bytes(),
    }
    return {
        "instance": endpoint.instance,
        "pid": os.getpid(),
        "state": job_manager.state,
        "uptime_seconds": now - job_manager.started,
        "worker_age_seconds": job_manager.pipeline.worker_age_seconds,
        "clients": len(job_manager.sessions),
        "queued": len(job_manager.queue),
        "jobs": listed,
        "memory": memory,
        "models": [{key: model[key] for key in ("name", "is_loaded")} for model in job_manager.models()],
        "devices": list(config.devices),
        "finished": job_manager.finished_jobs,
        "failed": job_manager.failed_jobs,
    }
