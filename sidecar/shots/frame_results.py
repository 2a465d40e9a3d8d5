"""Which results of a run are still true, and the records that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..wire.errors import SidecarError
from .identity import Owner
from .record import FrameRecord, FrameState, frame_state, output_fingerprint, read_record, write_record
from .report import FrameInputs, FrameTask
from .request import MatteRequest, is_made_with

if TYPE_CHECKING:
    from ..client import Client, JobResult


class FrameResults:
    """The results of one owner, as one run sees them."""

    def __init__(
        self, request: MatteRequest, owner: Owner, connect: Callable[[], Client], warn: Callable[[str], None]
    ) -> None:
        """Look at nothing yet.

        Args:
            request: the settings of all frames that have none of their own.
            owner: whose results count.
            connect: gives the client, which is asked once what its weights hold if `request` does not say.
            warn: takes sentences that stop nothing.
        """
        self._request, self._owner, self._connect, self._warn = request, owner, connect, warn
        self._weights: dict[str, str] | None = None

    def request_of(self, task: FrameTask) -> MatteRequest:
        """The settings of a frame, with what their weights hold as far as that is known."""
        request = task.request or self._request
        known = (self._weights or {}).get(request.model, "")
        return request.with_fingerprint(known) if known and not request.model_fingerprint else request

    def is_ours(self, task: FrameTask) -> bool:
        """Whether a result is this owner's and made with these settings; nothing is said of its pictures."""
        record = read_record(task.result)
        return (
            record is not None
            and record.owner is not None
            and record.owner.id == self._owner.id
            and record.output == output_of(task)
            and is_made_with(record.recipe, self.request_of(task))
        )

    def is_done(self, task: FrameTask, fingerprints: Mapping[str, str], neighbours: Mapping[str, str]) -> bool:
        """Whether a result is this owner's, made with these settings of these pictures."""
        request = self.request_of(task)
        how: dict[str, Any] = {"owner": self._owner, "neighbours": neighbours}
        is_done = frame_state(task.result, fingerprints, request.record(), **how) is FrameState.DONE
        if not is_done or request.model_fingerprint or self._weights is not None:
            return is_done
        self._weights = self._ask_weights()  # they may have been replaced under their name
        return self.is_done(task, fingerprints, neighbours)

    def record(
        self,
        task: FrameTask,
        request: MatteRequest,
        fingerprints: Mapping[str, str],
        inputs: FrameInputs,
        result: JobResult,
    ) -> None:
        """Note how a frame was made; a record that cannot be written costs only that it is made again next time."""
        weights = str(result.facts.get("weights_fingerprint") or request.model_fingerprint)
        about = {"seconds": dict(result.timings), "warnings": list(result.warnings)}
        record = FrameRecord(
            task.frame,
            dict(fingerprints),
            request.with_fingerprint(weights).record(),
            task.view,
            facts={**result.facts, **inputs.facts, **about},
            owner=self._owner,
            neighbours=dict(inputs.neighbours),
        )
        self._write(task, record)

    def renew_facts(self, task: FrameTask, facts: Mapping[str, Any]) -> None:
        """Note that other files, or the same ones touched, hold the same pixels."""
        record = read_record(task.result)
        if record is not None and any(record.facts.get(name) != value for name, value in facts.items()):
            self._write(task, replace(record, facts={**record.facts, **facts}))

    def _write(self, task: FrameTask, record: FrameRecord) -> None:
        try:
            write_record(task.result, record)
        except OSError as problem:
            self._warn(
                f"How results in {task.result.parent} were made cannot be noted ({problem.strerror or problem}): the "
                "mattes are there, but the next run makes them again."
            )

    def _ask_weights(self) -> dict[str, str]:
        """What the sidecar's weights hold, by name; nothing where it does not answer: then names count."""
        try:
            models = self._connect().models()
        except SidecarError as error:
            self._warn(f"The weights could not be compared, only their names: {error.sentence}")
            return {}
        return {str(model["name"]): str(model.get("fingerprint", "")) for model in models}


def output_of(task: FrameTask) -> str:
    """What a result is now; nothing where there is none."""
    try:
        return output_fingerprint(task.result)
    except OSError:
        return ""
