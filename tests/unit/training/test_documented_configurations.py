"""Every configuration in docs/training is read, and takes a step of each of its phases on small patches."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lfpnet.data.pool import build_pool
from lfpnet.data.samples import SampleStream
from lfpnet.data.scenes import SceneStream, build_scenes
from lfpnet.model.checkpoint import Provenance
from lfpnet.training.config import TrainingConfig
from lfpnet.training.loop import Trainer
from lfpnet.training.stages import paper_stages

DOCUMENTED = sorted((Path(__file__).parents[3] / "docs" / "training").glob("*.toml"))

#: What two states of the full-size network take on disk, and some room beside them.
FULL_SIZE_STATE = 5 * 2**30


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return build_pool(tmp_path_factory.mktemp("pool"), 3, 5, procedural_backgrounds=2, size=96)


def _shrunken(config):
    """One step of each phase, at most two samples of 32 px."""
    phases = [
        replace(phase, steps=1, inner_size=32, crop_sizes=(), batch_size=min(phase.batch_size, 2), accumulation=1)
        for phase in config.phases
    ]
    return replace(config, phases=tuple(phases), precision="fp32", validation_samples=1, weights="")


@pytest.mark.heavy
@pytest.mark.parametrize("path", DOCUMENTED, ids=lambda path: path.stem)
def test_a_documented_configuration_takes_a_step_of_every_phase(path, pool, tmp_path):
    config = _shrunken(TrainingConfig.of_file(path))
    if config.network.preset == "lfpnet" and shutil.disk_usage(tmp_path).free < FULL_SIZE_STATE:
        pytest.skip(f"{tmp_path} has less than 5 GiB free for the state of the full-size network")

    def stream(size):
        if not config.network.has_estimates:
            return SampleStream(pool, size, 1)
        build_scenes(tmp_path / "scenes", pool, 1, 1, side=64)
        return SceneStream(tmp_path / "scenes", size, 1)

    card = Provenance("test", "CC0-1.0", "pytest")
    Trainer(config, tmp_path / "run", training=stream, held_out=stream, provenance=card).run()
    losses = [json.loads(line)["loss"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert len(losses) == len(config.phases)
    assert (tmp_path / "run" / "weights.safetensors").is_file()


def test_the_full_size_configuration_is_the_paper_s_recipe():
    config = TrainingConfig.of_file(next(path for path in DOCUMENTED if path.stem == "full-size"))
    assert config.phases == paper_stages("lfpnet", 650_000)
    paper = TrainingConfig.of_preset("lfpnet", stages="paper")
    for name in ("network", "optimiser", "weight_decay", "betas", "gradient_limit"):
        assert getattr(config, name) == getattr(paper, name)
