"""A run that stops goes on as if it had not; what it writes can be used."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing import event_accumulator

from lfpnet.data.pool import build_pool
from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError, WeightsError
from lfpnet.model.checkpoint import Provenance, load_network
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.batches import batches
from lfpnet.training.config import Phase, TrainingConfig
from lfpnet.training.loop import Trainer
from lfpnet.training.objective import objective
from lfpnet.training.processes import Processes
from lfpnet.training.schedule import learning_rate
from lfpnet.training.threads import threads_of_run

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)
CONFIG = TrainingConfig(
    NETWORK,
    (Phase(steps=4, inner_size=64, batch_size=2, warm_up_steps=2), Phase(steps=2, inner_size=80, batch_size=1)),
    validation_steps=3,
    validation_samples=2,
    precision="fp32",
)
CARD = Provenance("test", "CC0-1.0", "pytest")


@pytest.fixture(scope="session")
def pool(tmp_path_factory):
    return build_pool(tmp_path_factory.mktemp("pool"), 6, 5, procedural_backgrounds=3, size=96)


def _trainer(pool, folder, config=CONFIG, **options):
    def stream(size):
        return SampleStream(pool, size, config.seed)

    return Trainer(config, folder, training=stream, held_out=stream, provenance=CARD, **options)


def _losses(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {line["step"]: line["loss"] for line in lines}


def test_a_run_trains_validates_logs_and_leaves_weights(pool, tmp_path):
    weights = _trainer(pool, tmp_path).run()
    network, provenance = load_network(weights)
    assert network.config == NETWORK
    assert provenance.facts["steps"] == 6
    assert provenance.facts["samples"] == 4 * 2 + 2 * 1
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert "validation/mse" in lines[2]
    assert "validation/mse" in lines[5]
    board = event_accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in board.Scalars("loss")] == [1, 2, 3, 4, 5, 6]
    pictures = [(event.step, event.width, event.height) for event in board.Images("plate, truth, alpha")]
    assert pictures == [(3, 2 * 64, 3 * 64), (6, 2 * 80, 3 * 80)]  # two samples in three rows


def test_a_stopped_run_goes_on_with_the_same_numbers(pool, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    _trainer(pool, whole).run()
    for stop in (2, 5, 99):
        trainer = _trainer(pool, parts)
        trainer.run(is_stopped=lambda trainer=trainer, stop=stop: trainer.step >= stop)
    assert _losses(parts) == _losses(whole)


def test_a_killed_run_goes_on_from_its_last_checkpoint_with_the_same_numbers(pool, tmp_path):
    _trainer(pool, tmp_path / "whole", threads=1).run()
    pool_folder = Path(pool.alphas.filename).parent
    script = f"""
import os, signal, sys
from pathlib import Path
from lfpnet.data.pool import open_pool
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_training as t
config = t.replace(t.CONFIG, checkpoint_seconds=0.0)
folder = Path({str(tmp_path / "killed")!r})
trainer = t._trainer(open_pool(Path({str(pool_folder)!r})), folder, config, threads=1)
trainer.run(lambda step, values: step == 4 and os.kill(os.getpid(), signal.SIGKILL))
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=500, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with threads_of_run(2):  # another process may have another number; the run goes on with its own
        _trainer(pool, tmp_path / "killed", replace(CONFIG, checkpoint_seconds=0.0)).run()
        assert torch.get_num_threads() == 2
    assert _losses(tmp_path / "killed") == _losses(tmp_path / "whole")


class _Pair(Processes):
    """The first of two processes; the other one agrees with everything."""

    def __init__(self):
        super().__init__(count=2)

    def average(self, tensors):
        pass

    def share(self, network):
        pass

    def agree(self, is_true, _device):
        return is_true

    def wait(self):
        pass


def test_a_run_computes_with_the_threads_it_began_with_unless_others_are_asked_for(pool, tmp_path):
    used, config = [], replace(CONFIG, phases=CONFIG.phases[:1] * 2)

    def go(**options):
        trainer = _trainer(pool, tmp_path, config, **options)
        trainer.run(lambda *_: used.append(torch.get_num_threads()), lambda: True)

    with threads_of_run(1):
        go(threads=2)
        go()
        go(threads=3)
        go()
        go(processes=_Pair())
        assert torch.get_num_threads() == 1
    assert used == [2, 2, 3, 3, 1]  # the last shares its steps with another process: other sums in any case


def test_another_configuration_is_refused_in_the_folder_of_a_run(pool, tmp_path):
    _trainer(pool, tmp_path).run(is_stopped=lambda: True)
    with pytest.raises(ConfigurationError, match="choose a new folder"):
        _trainer(pool, tmp_path, replace(CONFIG, seed=9))


def test_a_damaged_state_is_refused(pool, tmp_path):
    (tmp_path / "state.pt").write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="remove the file to start anew"):
        _trainer(pool, tmp_path)


def test_a_phase_moves_only_the_parts_that_it_trains(pool, tmp_path):
    config = replace(CONFIG, phases=(Phase(steps=2, inner_size=64, batch_size=2, trains=("matting",)),))
    trainer = _trainer(pool, tmp_path, config)
    before = {name: value.clone() for name, value in trainer.network.named_parameters()}
    trainer.run()
    moved = {
        name.partition(".")[0] for name, value in trainer.network.named_parameters() if not value.equal(before[name])
    }
    assert moved == {"matting"}


def test_a_few_steps_on_one_batch_lower_the_loss(pool):
    torch.manual_seed(0)
    stream = SampleStream(pool, 64, 1)
    (batch,) = batches(stream, NETWORK, first=0, count=4, batch_size=4, workers=0)
    network = build_network(NETWORK)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss, _ = objective(network(batch.inner, batch.context, batch.plate), batch, 0.25)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("preset", ["lfpnet", "lfpnet-compact"])
def test_a_configuration_survives_plain_values(preset):
    config = TrainingConfig.of_preset(preset, steps=100)
    plain = json.loads(json.dumps(config.to_dict()))
    assert TrainingConfig.of_dict(plain) == config
    assert config.total_steps == 100


def test_samples_are_never_drawn_twice_across_phases():
    drawn = [CONFIG.samples_before(step) for step in range(CONFIG.total_steps + 1)]
    assert drawn == [0, 2, 4, 6, 8, 9, 10]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("steps = 3", "got steps"),
        ("seed = 1", "at least one phase"),
        ("[[phases]]\nstep = 3", "known options in every phase"),
        ("= 3", "Expected a TOML file"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text, sentence):
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=sentence):
        TrainingConfig.of_file(path)


def test_the_rate_warms_up_and_falls_to_its_end():
    phase = Phase(steps=100, learning_rate=1.0, final_rate=0.1, warm_up_steps=10)
    rates = [learning_rate(phase, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1, abs=0.01)
    assert max(rates) == pytest.approx(rates[9], abs=0.02)
    assert rates[100] == pytest.approx(0.1)
