"""Models in memory: loaded on demand, the longest unused one dropped first."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lfpnet.weights import packaged_weights
from sidecar.wire.errors import SidecarError

log = logging.getLogger(__name__)
DEFAULT = "default"


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
    """Say what computes, as `result` tells it; nothing for a predictor that does not say."""
    return dict(getattr(predictor, "facts", {}))


#: Names on the wire -> names in the library, where they differ.
_OPTION_NAMES = {"tta": "has_augmentation"}


class ModelHost:
    """The models of one device. Only its worker's thread calls `get`; any thread may ask for `loaded`."""

    def __init__(
        self, load: LoadPredictor, catalogue: dict[str, Path | None], *, device: str, precision: str, capacity: int
    ) -> None:
        """Load nothing yet."""
        self._load = load
        self._catalogue = catalogue
        self._device = device
        self._precision = precision
        self._capacity = capacity
        self._models: OrderedDict[str, MattePredictor] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of the models in memory, longest unused first."""
        with self._lock:
            return tuple(self._models)

    def get(self, name: str) -> MattePredictor:
        """Return a model, loading it first if need be.

        Raises:
            SidecarError: code `model_unavailable` for a name that is not in the catalogue.
        """
        with self._lock:
            if name in self._models:
                self._models.move_to_end(name)
                return self._models[name]
            if name not in self._catalogue:
                known = ", ".join(sorted(self._catalogue))
                raise SidecarError("model_unavailable", f"There is no model '{name[:80]}': choose one of {known}.")
            while len(self._models) >= self._capacity:
                dropped, _ = self._models.popitem(last=False)
                log.info("model %s leaves %s to make room", dropped, self._device)
        log.info("loading model %s on %s", name, self._device)
        model = self._load(self._catalogue[name], self._device, self._precision)
        with self._lock:
            self._models[name] = model
        return model


def find_models(weights: Path | None, directory: Path | None) -> dict[str, Path | None]:
    """List the models that can be asked for: `default`, those that ship, and every checkpoint in the folder by name."""
    catalogue: dict[str, Path | None] = {DEFAULT: weights} | {path.stem: path for path in packaged_weights()}
    if directory is not None:
        catalogue |= {path.stem: path for path in sorted(directory.glob("*.safetensors"))}
    return catalogue
