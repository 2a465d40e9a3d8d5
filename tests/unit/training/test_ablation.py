"""Ablations change one thing at a time, see equal samples, and go on where they stopped."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from lfpnet.data.pool import build_pool
from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import LFPNet
from lfpnet.model.types import Prediction
from lfpnet.training.ablation import AblationOptions, Variant, rows_of, run_ablation
from lfpnet.training.ablation.judge import judge
from lfpnet.training.ablation.narrow import narrowed

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)
OPTIONS = AblationOptions(NETWORK, steps=2, seeds=(1,), inner_size=32, batch_size=2, scenes=2)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return build_pool(tmp_path_factory.mktemp("pool"), 4, 5, procedural_backgrounds=2, size=64)


def test_rows_that_share_a_network_are_trained_once():
    rows = rows_of([3, 4, 5])
    assert len(rows) == 10
    assert len({row.variant for row in rows}) == 6
    assert {row.variant.propagating for row in rows_of([3])} == {"none", "non_local", "aspp", "cspp"}
    assert [row.inner for row in rows_of([4])] == [1.0, 1.5, 2.0]
    assert [row.variant.context for row in rows_of([5])] == [1.0, 1.5, 2.0]


def test_every_variant_sees_the_same_samples_at_the_same_rate():
    configs = [OPTIONS.config(row.variant, 1) for row in rows_of([3, 4, 5])]
    assert len({config.phases for config in configs}) == 1
    assert {config.seed for config in configs} == {1}


@pytest.mark.parametrize("context", [1.0, 1.5, 2.0])
def test_a_narrowed_context_says_nothing_from_beyond_its_reach(pool, context):
    sample = SampleStream(pool, 32, seed=1).sample(0)
    narrow = narrowed(sample, context)
    margin = round(64 * (2 - context) / 4)
    kept = slice(margin, 64 - margin)
    for name in ("plate", "trimap", "alpha", "foreground", "background"):
        whole, part = getattr(sample, name), getattr(narrow, name)
        assert part.shape == whole.shape
        assert np.array_equal(part[kept, kept], whole[kept, kept])
        assert (part[:margin] == part[margin : margin + 1]).all()


class Oracle(LFPNet):
    """Says that alpha is the plate's red channel."""

    def __init__(self):
        unused = torch.nn.Conv2d(1, 1, 1)
        super().__init__(NETWORK, prior=None, propagating=None, matting=unused, fusion=unused)

    def forward(self, inner, context, plate):
        assert context.shape[-1] == inner.shape[-1]  # halved
        return Prediction(plate[:, :1], plate, plate, None)


@pytest.mark.parametrize("side", [32, 48, 64])
def test_tiles_of_any_side_are_stitched_in_their_place(pool, side):
    scene = SampleStream(pool, 64, seed=1).sample(0)
    painted = replace(scene, plate=np.repeat(scene.alpha[..., None], 3, axis=2))
    figures = judge(Oracle(), [painted], side, 2.0)
    assert figures["mse"] < 1e-12
    assert figures["sad"] < 1e-5


@pytest.mark.heavy
def test_an_ablation_runs_goes_on_and_is_told(pool, tmp_path):
    seen = []

    def run(is_stopped=None):
        return run_ablation(tmp_path, [3, 4, 5], OPTIONS, training=pool, held_out=pool, is_stopped=is_stopped,
                            progress=lambda label, step, _values: seen.append((label, step)))  # fmt: skip

    run(lambda: len(seen) >= 3)
    run(lambda: True)
    results = run()
    trained = {label for label, _ in seen}
    assert len(trained) == 6
    assert len(seen) == 12  # no step was taken twice
    assert len(results) == 10
    assert {result.samples for result in results} == {4}
    shared = [r.figures for r in results if r.variant == "cspp" and r.seed == 1 and "x1.5" not in r.label]
    assert shared[0] == shared[1]  # the row of table 3 and the first of table 4 are one network's
    assert len(json.loads((tmp_path / "ablation.json").read_text())) == 10
    page = (tmp_path / "ablation.md").read_text()
    assert "| P.M. with CSPP |" in page
    assert "Table 5" in page
    count = len(seen)
    assert run() == results
    assert len(seen) == count


def test_another_scale_is_refused_in_the_same_folder(pool, tmp_path):
    how = {"training": pool, "held_out": pool, "is_stopped": lambda: True}
    run_ablation(tmp_path, [3], OPTIONS, **how)
    with pytest.raises(ConfigurationError, match="choose a new folder"):
        run_ablation(tmp_path, [3], AblationOptions(NETWORK, steps=3, inner_size=32), **how)


@pytest.mark.parametrize("change", [{"inner_size": 48}, {"seeds": ()}, {"seeds": (1, 1)}, {"scenes": 0}, {"steps": 0}])
def test_a_scale_out_of_range_is_refused(change):
    with pytest.raises(ConfigurationError, match="Expected"):
        AblationOptions(NETWORK, **change)


def test_an_unknown_table_is_refused():
    with pytest.raises(ConfigurationError, match="3, 4, 5"):
        rows_of([2])


def test_variants_have_names_for_folders():
    assert Variant().name == "cspp"
    assert Variant(context=1.5).name == "cspp-context-1.5"
