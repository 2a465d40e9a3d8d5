"""The network in its presets and variants."""

import pytest
import torch

from lfpnet.errors import ConfigurationError
from lfpnet.estimates import ALPHAS, PLANES
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.layers import StandardizedConv2d, clamp_unit
from lfpnet.model.lean.colour_prior import PRIOR_CHANNELS, ColourPrior, spread_colour
from lfpnet.model.lean.fusion import BELIEFS, FIRST_BELIEFS, RAW_CHANNELS, LeanFusion
from lfpnet.model.network import build_network

VARIANTS = ["none", "non_local", "aspp", "cspp"]
FULL_SIZE = pytest.param("lfpnet", 32, marks=pytest.mark.heavy)


def _inputs(side, reduction, batch=2, planes=0):
    torch.manual_seed(side)
    plate = torch.rand(batch, 3, side, side)
    context_side = 2 * side // reduction
    inner = torch.randn(batch, 12 + planes, side, side)
    context = torch.randn(batch, 12 + planes, context_side, context_side)
    for patch in (inner, context):
        classes = torch.randint(0, 3, (batch, *patch.shape[-2:]))
        patch[:, 3:6] = torch.nn.functional.one_hot(classes, 3).movedim(-1, 1).float()
    return inner, context, plate


@pytest.mark.parametrize("propagating", VARIANTS)
@pytest.mark.parametrize(("preset", "side"), [FULL_SIZE, ("lfpnet-compact", 64), ("lfpnet-compact", 112)])
def test_every_propagating_module_works_in_both_presets(preset, side, propagating):
    config = LFPNetConfig.of_preset(preset, propagating=propagating)
    network = build_network(config).eval()
    with torch.inference_mode():
        prediction = network(*_inputs(side, config.context_reduction))
    assert prediction.alpha.shape == (2, 1, side, side)
    assert prediction.foreground.shape == prediction.background.shape == (2, 3, side, side)
    if propagating == "none":
        assert prediction.context_alpha is None
    else:
        assert prediction.context_alpha.shape == (2, 1, side // 2, side // 2)
    for part in prediction[:3]:
        assert part.min() >= 0
        assert part.max() <= 1


def test_the_full_preset_has_the_published_number_of_parameters():
    with torch.device("meta"):
        network = build_network(LFPNetConfig.of_preset("lfpnet", has_context_alpha=False))
    assert sum(value.numel() for value in network.parameters()) == 117_612_295
    assert len(network.state_dict()) == 529


def test_the_compact_preset_stays_within_six_million_parameters():
    network = build_network(LFPNetConfig.of_preset("lfpnet-compact"))
    assert sum(value.numel() for value in network.parameters()) <= 6_000_000


def test_two_networks_share_no_layer():
    first, second = (build_network(LFPNetConfig.of_preset("lfpnet-compact")) for _ in range(2))
    assert not {id(value) for value in first.parameters()} & {id(value) for value in second.parameters()}


def test_both_modules_of_the_full_preset_share_one_backbone():
    with torch.device("meta"):
        network = build_network(LFPNetConfig.of_preset("lfpnet"))
    assert network.propagating.stages is network.matting.stages


@pytest.mark.parametrize(("preset", "side"), [FULL_SIZE, ("lfpnet-compact", 64), ("lfpnet-guided", 64)])
def test_folding_changes_no_prediction(preset, side):
    torch.manual_seed(1)
    config = LFPNetConfig.of_preset(preset)
    network = build_network(config).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    inputs = _inputs(side, config.context_reduction, planes=PLANES * config.has_estimates)
    with torch.inference_mode():
        before = network(*inputs)
        after = network.prepare_for_inference()(*inputs)
    assert (before.own_alpha is None) == (preset != "lfpnet-guided")
    assert (after.context_alpha is None) == (preset != "lfpnet")
    expected = before if preset == "lfpnet" else before._replace(context_alpha=None)
    for one, other in zip(expected, after, strict=True):
        assert (one is other) if one is None else torch.allclose(one, other, atol=2e-4)
    if before.context_alpha is not None:
        assert torch.allclose(before.context_alpha, network.context_alpha(inputs[1]), atol=2e-4)


@pytest.mark.parametrize("side", [32, 48, 64, 96])
def test_the_context_decoded_over_the_inner_patch_is_that_decoded_as_a_whole(side):
    torch.manual_seed(3)
    propagating = build_network(LFPNetConfig.of_preset("lfpnet-guided")).eval().propagating
    context = torch.rand(1, 12 + PLANES + PRIOR_CHANNELS, side, 2 * side)
    with torch.inference_mode():
        whole, inner = propagating(context), propagating.over_inner(context)
    assert inner.alpha is None
    assert torch.allclose(whole.fine, inner.fine, atol=1e-5)
    assert torch.allclose(whole.coarse, inner.coarse, atol=1e-5)


def test_what_the_prior_adds_lies_in_memory_as_the_batch_does():
    inner, context, plate = _inputs(64, 2, planes=PLANES)
    for layout in (torch.contiguous_format, torch.channels_last):
        batch = (inner.contiguous(memory_format=layout), context.contiguous(memory_format=layout), plate)
        assert all(part.is_contiguous(memory_format=layout) for part in ColourPrior()(*batch))


def test_a_fresh_guide_weighs_its_estimates_and_its_own_alpha_does_not_start_from_them():
    torch.manual_seed(2)
    network = build_network(LFPNetConfig.of_preset("lfpnet-guided")).eval()
    inner, context, plate = _inputs(64, 2, planes=PLANES)
    alpha = torch.rand(2, 1, 64, 64)
    colours = torch.rand(2, 6, 64, 64)
    predictions = []
    for estimate in (torch.cat([alpha.expand(-1, ALPHAS, -1, -1), colours], dim=1), torch.zeros(2, PLANES, 64, 64)):
        inner[:, -PLANES:] = estimate
        predictions.append(network(inner, context, plate))
    with_estimate, without = predictions
    assert torch.equal(with_estimate.own_alpha, without.own_alpha)
    share = 1 - torch.tensor(FIRST_BELIEFS).softmax(dim=0)[0]
    assert torch.allclose(with_estimate.alpha - without.alpha, share * alpha, atol=1e-5)
    assert torch.allclose(with_estimate.foreground - without.foreground, share * colours[:, :3], atol=1e-5)
    assert torch.allclose(with_estimate.background - without.background, share * colours[:, 3:], atol=1e-5)
    with_estimate.own_alpha.mean().backward()
    assert network.matting.raw.weight.grad[0].abs().sum() > 0


def test_what_is_believed_of_an_estimate_decides_how_much_of_it_is_taken():
    estimates = torch.zeros(1, PLANES, 2, 2)
    estimates[:, 1] = 1
    raw = torch.zeros(1, RAW_CHANNELS + BELIEFS, 2, 2)
    raw[:, RAW_CHANNELS + 2] = 9  # the second estimate
    alpha, _, _, _ = LeanFusion()(raw, torch.rand(1, 3, 2, 2), torch.cat([torch.zeros(1, 19, 2, 2), estimates], dim=1))
    assert alpha.min() > 0.999


def test_standardized_weights_have_mean_zero_and_deviation_one():
    convolution = StandardizedConv2d(8, 4, 3)
    weight = convolution.standardized_weight()
    assert torch.allclose(weight.mean((1, 2, 3)), torch.zeros(4), atol=1e-6)
    assert torch.allclose(weight.flatten(1).std(dim=1), torch.ones(4), atol=1e-3)


def test_gradients_reach_every_weight_of_the_compact_preset():
    network = build_network(LFPNetConfig.of_preset("lfpnet-compact"))
    for value in network.matting.raw.parameters():
        torch.nn.init.normal_(value)
    prediction = network(*_inputs(64, 2))
    sum(part.square().mean() for part in prediction if part is not None).backward()
    assert [name for name, value in network.named_parameters() if value.grad is None] == []


def test_the_gradient_of_the_clamp_leads_stuck_values_back_and_no_further():
    values = torch.tensor([-0.5, 0.5, 1.5], requires_grad=True)
    (clamp_unit(values) - torch.tensor([0.3, 0.4, 0.2])).square().sum().backward()
    assert values.grad.tolist() == pytest.approx([-0.6, 0.2, 1.6])
    values.grad = None
    (clamp_unit(values) * torch.tensor([1.0, 1.0, -1.0])).sum().backward()
    assert values.grad.tolist() == [0, 1, 0]


def test_known_colours_are_kept_and_spread():
    plate = torch.rand(1, 3, 33, 20)
    is_known = torch.zeros(1, 1, 33, 20)
    is_known[..., :5, :] = 1
    plate[..., :5, :] = torch.tensor([0.9, 0.2, 0.1]).view(1, 3, 1, 1)
    spread = spread_colour(plate, is_known)
    assert torch.equal(spread[..., :5, :], plate[..., :5, :])
    assert torch.allclose(spread[..., 30, 10], torch.tensor([[0.9, 0.2, 0.1]]), atol=0.01)


def test_a_patch_without_known_colours_spreads_its_own():
    spread = spread_colour(torch.full((1, 3, 16, 16), 0.4), torch.zeros(1, 1, 16, 16))
    assert torch.allclose(spread, torch.full((1, 3, 16, 16), 0.4), atol=1e-3)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"preset": "big"}, "got 'big'; choose"),
        ({"propagating": "gru"}, "got 'gru'"),
        ({"depth": 3}, "got depth"),
    ],
)
def test_configurations_that_do_not_exist_are_refused(values, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        LFPNetConfig.of_preset(values.pop("preset", "lfpnet"), **values)
