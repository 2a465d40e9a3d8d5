"""Too little memory is a sentence before the first step, counted and not guessed."""

import pytest
import torch

from lfpnet.errors import DeviceError
from lfpnet.model.config import LFPNetConfig
from lfpnet.training import preflight
from lfpnet.training.config import TrainingConfig
from lfpnet.training.free_memory import free_main_bytes
from lfpnet.training.memory import step_memory
from lfpnet.training.phase import Phase
from lfpnet.training.preflight import check_memory

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)
PHASE = Phase(3, inner_size=64, batch_size=4)
CPU = torch.device("cpu")


def test_memory_grows_with_samples_and_pixels_and_shrinks_with_what_stays():
    one, two = (step_memory(NETWORK, PHASE, count) for count in (1, 2))
    assert one.weights == two.weights
    assert 1.9 < two.kept / one.kept < 2.1
    larger = step_memory(NETWORK, Phase(3, crop_sizes=(32, 128)), 1)
    assert 3.6 < larger.kept / one.kept < 4.4
    partly = step_memory(NETWORK, Phase(3, inner_size=64, trains=("propagating",), minimises="context_alpha"), 1)
    assert partly.kept < one.kept
    assert partly.weights < one.weights


def test_the_count_is_that_of_the_tensors_of_a_real_pass():
    """One by hand: a forward pass with real numbers keeps what the one without memory says."""
    from lfpnet.estimates import PLANES
    from lfpnet.model.encoding import CHANNELS
    from lfpnet.model.network import build_network

    network, kept = build_network(NETWORK).train(), {}
    channels = CHANNELS + PLANES * NETWORK.has_estimates
    with torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: kept.setdefault(tensor.data_ptr(), tensor.clone().untyped_storage()) and tensor, lambda t: t
    ):
        predicted = network(torch.rand(1, channels, 64, 64), torch.rand(1, channels, 64, 64), torch.rand(1, 3, 64, 64))
    own = {value.data_ptr() for value in (*network.parameters(), *network.buffers())}
    real = sum(storage.nbytes() for pointer, storage in kept.items() if pointer not in own)
    assert predicted.alpha.requires_grad
    assert step_memory(NETWORK, PHASE, 1).kept == pytest.approx(real, rel=0.3)


def test_a_phase_that_cannot_fit_is_a_sentence_that_names_it(monkeypatch):
    needed = step_memory(NETWORK, PHASE, 4)
    whole = needed.kept + needed.weights
    config = TrainingConfig(NETWORK, (Phase(3, inner_size=32, batch_size=1), PHASE), precision="fp32")
    monkeypatch.setattr(preflight, "free_device_bytes", lambda _device: whole - 1)
    with pytest.raises(DeviceError, match=r"for phase 2 \(4 samples of 64 pixels at once\).*raise accumulation"):
        check_memory(config, CPU)
    check_memory(config, CPU, processes=2)
    for free in (whole, None):
        monkeypatch.setattr(preflight, "free_device_bytes", lambda _device, free=free: free)
        check_memory(config, CPU)


def machine(root, groups="", **files):
    texts = {"proc/meminfo": "MemTotal: 64 kB\nMemAvailable:   32 kB\n", "proc/self/cgroup": groups, **files}
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_free_memory_is_the_least_of_machine_and_control_groups(tmp_path):
    assert free_main_bytes(tmp_path / "another system") is None
    assert free_main_bytes(machine(tmp_path / "plain")) == 32 * 1024
    group = "sys/fs/cgroup/job"
    limited = {
        f"{group}/memory.max": "9000\n",
        f"{group}/memory.current": "5000\n",
        f"{group}/memory.stat": "anon 7\ninactive_file 1000\n",
        f"{group}/step/memory.max": "max\n",
        f"{group}/step/memory.current": "1\n",
    }
    assert free_main_bytes(machine(tmp_path / "two", "0::/job/step\n", **limited)) == 5000
    v1 = "sys/fs/cgroup/memory"
    old = {f"{v1}/memory.limit_in_bytes": "9000\n", f"{v1}/memory.usage_in_bytes": "9500\n"}
    assert free_main_bytes(machine(tmp_path / "one", "3:cpu:/\n2:memory:/elsewhere\n", **old)) == 0
