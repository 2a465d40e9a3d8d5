"""The host's side: submit, poll and cancel without blocking (pyzmq; numpy for arrays only; may be vendored)."""

from .client import Client
from .job import Job, JobResult
from .request import Picture, Pixels

__all__ = ["Client", "Job", "JobResult", "Picture", "Pixels"]
