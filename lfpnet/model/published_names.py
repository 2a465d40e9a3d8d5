"""Names of the published checkpoint's tensors, from the names of ours.

Source: the state-dict manifest of the release (529 keys; facts, no code).
"""

import re
from collections.abc import Iterable

#: Our prefix -> theirs, where a prefix says it all.
_PREFIXES = {
    "propagating.stem.0.": "resnet.conv1.",
    "propagating.stem.1.": "resnet.bn1.",
    "propagating.gate.learned": "setensor",
    "propagating.gate.mix.": "se1.c.0.",
    "propagating.gate.scale.": "se1.c.2.",
    "propagating.bottleneck.csp.identity.": "rppm.trans.",
    "propagating.bottleneck.csp.bottleneck.": "rppm.bottleneck.",
    "propagating.bottleneck.aspp.point.0.": "aspp.stages.c0.conv.",
    "propagating.bottleneck.aspp.point.1.": "aspp.stages.c0.bn.gn.",
    "propagating.bottleneck.aspp.dilated.0.0.": "aspp.stages.c1.conv.",
    "propagating.bottleneck.aspp.dilated.0.1.": "aspp.stages.c1.bn.gn.",
    "propagating.bottleneck.aspp.dilated.1.0.": "aspp.stages.c2.conv.",
    "propagating.bottleneck.aspp.dilated.1.1.": "aspp.stages.c2.bn.gn.",
    "propagating.bottleneck.aspp.dilated.2.0.": "aspp.stages.c3.conv.",
    "propagating.bottleneck.aspp.dilated.2.1.": "aspp.stages.c3.bn.gn.",
    "propagating.bottleneck.aspp.dilated.3.0.": "aspp.stages.c4.conv.",
    "propagating.bottleneck.aspp.dilated.3.1.": "aspp.stages.c4.bn.gn.",
    "propagating.bottleneck.aspp.whole.1.": "aspp.stages.imagepool.conv.conv.",
    "propagating.bottleneck.aspp.whole.2.": "aspp.stages.imagepool.conv.bn.gn.",
    "propagating.decode1.": "resnet1.",
    "propagating.lateral.": "presnet2.",
    "propagating.decode2.": "resnet2.",
    "propagating.decode3.": "resnet3.",
    "propagating.decode4.": "resnet4.",
    "propagating.decode5.": "oesnet5.",
    "matting.stem1.": "stem_conv.",
    "matting.stem2.": "pre_conv.",
    "matting.stem3.": "res1.",
    "matting.stem4.": "ds1.",
    "matting.join_fine.": "res2c.",
    "matting.join_coarse.": "res3c.",
    "matting.decode4.": "res11.",
    "matting.head.layers.0.": "out_conv3.",
    "matting.head.layers.1.": "out_prelu3.",
    "matting.head.layers.2.": "out_conv2.",
    "matting.head.layers.3.": "out_prelu2.",
    "matting.head.layers.4.": "out_conv1.0.",
}

#: Our residual blocks -> theirs.
_RESIDUAL = {"matting.decode1.3.": "res44.3.", "matting.decode2.": "res33.0.", "matting.decode3.": "res22.0."}
_RESIDUAL_PARTS = {
    "enter.0.": "in_conv1.0.",
    "enter.1.": "in_conv1.1.gn.",
    "block1.first.0.": "basic_block1.conv1.",
    "block1.first.1.": "basic_block1.prelu1.0.gn.",
    "block1.second.0.": "basic_block1.conv2.0.",
    "block1.second.1.": "basic_block1.conv2.1.gn.",
    "block2.first.0.": "basic_block2.conv1.",
    "block2.first.1.": "basic_block2.prelu1.0.gn.",
    "block2.second.0.": "basic_block2.conv2.0.",
    "block2.second.1.": "basic_block2.conv2.1.gn.",
    "leave.0.": "ro_conv.0.",
    "leave.1.": "ro_conv.1.gn.",
}
_BOTTLENECK_PARTS = {
    "narrow.0": "conv1",
    "narrow.1": "bn1",
    "filter.0": "conv2",
    "filter.1": "bn2",
    "widen.0": "conv3",
    "widen.1": "bn3",
    "shortcut.0": "downsample.0",
    "shortcut.1": "downsample.1",
}
_STAGE = re.compile(r"(propagating|matting)\.stages\.stage(\d)\.(\d+)\.(\w+\.\d)\.(\w+)")
_CSP = re.compile(r"propagating\.bottleneck\.csp\.blocks\.(\d)\.(\d)\.(\w+)")
_PPM = re.compile(r"matting\.pyramid\.blocks\.(\d)\.(\d)\.(\w+)")
_REDUCE = re.compile(r"propagating\.reduce\.(\d)\.(\w+)")


def published_names(ours: Iterable[str]) -> dict[str, str]:
    """The published name of every tensor of our published-structure network (without the context alpha head)."""
    return {name: _published_name(name) for name in ours}


def _published_name(name: str) -> str:
    if match := _STAGE.fullmatch(name):
        module, stage, block, part, kind = match.groups()
        theirs = f"resnet.layer{stage}" if module == "propagating" else f"res{int(stage) + 1}"
        return f"{theirs}.{block}.{_BOTTLENECK_PARTS[part]}.{kind}"
    if match := _CSP.fullmatch(name):
        block, layer, kind = match.groups()
        return f"rppm.stages.{block}.1.{int(layer) - 1}.{kind}"
    if match := _PPM.fullmatch(name):
        block, layer, kind = match.groups()
        return f"ppm.{block}.{layer}.{kind}" if layer == "1" else f"ppm.{block}.{layer}.gn.{kind}"
    if match := _REDUCE.fullmatch(name):
        layer, kind = match.groups()
        return f"resnet_stem.{int(layer) + 1}.{kind}"
    for ours, theirs in _RESIDUAL.items():
        if name.startswith(ours):
            return theirs + _replace_prefix(name.removeprefix(ours), _RESIDUAL_PARTS)
    if name.startswith("matting.decode1."):
        return "res44." + name.removeprefix("matting.decode1.")
    return _replace_prefix(name, _PREFIXES)


def _replace_prefix(name: str, prefixes: dict[str, str]) -> str:
    """`name` with the one prefix that it starts with replaced."""
    prefix = next(prefix for prefix in prefixes if name.startswith(prefix))
    return prefixes[prefix] + name.removeprefix(prefix)
