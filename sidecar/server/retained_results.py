"""Results that wait to be fetched: the oldest make room for newer ones when there are too many bytes."""

from collections import OrderedDict

from sidecar.server.jobs import Job


class RetainedResults:
    """Finished jobs whose results are kept; the dispatcher's thread owns it."""

    def __init__(self, max_bytes: int) -> None:
        """Start empty."""
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Job, int] = OrderedDict()

    @property
    def nbytes(self) -> int:
        """Bytes of the results that wait."""
        return sum(self._kept.values())

    def keep(self, job: Job) -> None:
        """Keep a result that its client will fetch; files and slots hold theirs already."""
        if job.finished is not None and job.request["output"]["kind"] in ("inline", "exr"):
            self._kept[job] = job.finished.nbytes
        while self.nbytes > self._max_bytes and len(self._kept) > 1:
            oldest, _ = self._kept.popitem(last=False)
            oldest.finished = None

    def drop(self, job: Job) -> None:
        """Let a result and a preview go."""
        self._kept.pop(job, None)
        job.finished = job.preview = None
