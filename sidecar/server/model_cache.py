"""Models in memory: loaded on demand, the longest unused one dropped first."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sidecar.server.model_registry import FindModels, ModelFile
from sidecar.wire.errors import SidecarError
from sidecar.wire.sendable import plain_text

log = logging.getLogger(__name__)


class MattePredictor(Protocol):
    """What the sidecar needs of `lfpnet.inference.Predictor`; tests bring a quick one of their own."""

    def matte(
        self, plate: np.ndarray, trimap: np.ndarray, *, is_linear: bool, options: dict[str, Any], **how: Any
    ) -> Any:
        """Return alpha, foreground and background; `how` is progress, is_cancelled and preview."""
        ...


#: weights (None: those that ship), device, precision -> a predictor
LoadPredictor = Callable[[Path | None, str, str], MattePredictor]


def load_predictor(weights: Path | None, device: str, precision: str) -> MattePredictor:
    """Load lfpnet's own predictor; imports torch, so it runs only in a worker's thread."""
    from lfpnet.inference import Predictor

    return _WithOptions(Predictor.load(weights, device=device, precision=precision))


class _WithOptions:
    """lfpnet's predictor, with its options as they came over the wire."""

    def __init__(self, predictor: Any) -> None:
        self._predictor = predictor

    def matte(
        self, plate: np.ndarray, trimap: np.ndarray, *, is_linear: bool, options: dict[str, Any], **how: Any
    ) -> Any:
        from lfpnet.inference import MatteOptions

        named = {_OPTION_NAMES.get(name, name): value for name, value in options.items()}
        return self._predictor.matte(plate, trimap, is_linear=is_linear, options=MatteOptions(**named), **how)

    @property
    def facts(self) -> dict[str, str]:
        """Weights, their licence, device and precision."""
        return {
            "weights": self._predictor.provenance.name,
            "weights_licence": self._predictor.provenance.licence,
            "device": str(self._predictor.device),
            "precision": str(self._predictor.precision).removeprefix("torch."),
        }


def facts_of(predictor: MattePredictor) -> dict[str, str]:
    """Say what computes, as `result` tells it; nothing for a predictor that does not say. Whole licences are cut."""
    return {name: plain_text(str(text), max_bytes=256) for name, text in getattr(predictor, "facts", {}).items()}


#: Names on the wire -> names in the library, where they differ.
_OPTION_NAMES = {"tta": "has_augmentation"}


class ModelCache:
    """The models of one device. Only its worker's thread calls `get`; any thread may ask for `loaded`."""

    def __init__(
        self, load: LoadPredictor, find_models: FindModels, *, device: str, precision: str, capacity: int
    ) -> None:
        """Load nothing yet."""
        self._load = load
        self._find_models = find_models
        self._device = device
        self._precision = precision
        self._capacity = capacity
        self._models: OrderedDict[str, tuple[ModelFile, MattePredictor]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of the models in memory, longest unused first."""
        with self._lock:
            return tuple(self._models)

    def get(self, name: str) -> MattePredictor:
        """Return a model, loading it first if it is not in memory or its file was replaced.

        Raises:
            SidecarError: code `model_unavailable` for a name that stands for no usable file.
        """
        file = self._file(name)
        with self._lock:
            if name in self._models and self._models[name][0] == file:
                self._models.move_to_end(name)
                return self._models[name][1]
            self._models.pop(name, None)
            while len(self._models) >= self._capacity:
                dropped, _ = self._models.popitem(last=False)
                log.info("model %s leaves %s to make room", dropped, self._device)
        log.info("loading model %s on %s", name, self._device)
        model = self._load(file.path, self._device, self._precision)
        with self._lock:
            self._models[name] = file, model
        return model

    def fingerprint(self, name: str) -> str:
        """Return the hash of the weights that are in memory under a name; nothing where there are none."""
        with self._lock:
            return self._models[name][0].fingerprint if name in self._models else ""

    def version(self, name: str) -> str:
        """Return a text that changes with the weights behind a name.

        Raises:
            SidecarError: as `get`.
        """
        return repr(self._file(name))

    def _file(self, name: str) -> ModelFile:
        """Find the file; while it is being written over, the model that was loaded from it serves on."""
        found = self._find_models()
        if name in found:
            return found[name]
        with self._lock:
            held = self._models[name][0] if name in self._models else None
        if held is not None and held.path is not None and held.path.exists():
            return held
        known = ", ".join(sorted(found))[:1000]
        raise SidecarError("model_unavailable", f"There is no model '{name[:80]}': choose one of {known}.")
