# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators. Their names and properties stay; scripts and tests use them.

| operator | properties | what |
|---|---|---|
| `lfpnet.add_matte` | `plate`, `trimap` (names of nodes, else the selected ones) | adds a matte node, the active one |
| `lfpnet.matte_frame` | `node`, `frame` (-1: the present one) | mattes one frame |
| `lfpnet.matte_range` | `node`, `frames` (text, else the node's, else the footage's) | mattes what is not done |
| `lfpnet.cancel` | | cancels all mattes under way |
| `lfpnet.reload` | `node` | reads the results again, closes gaps, looks up states |
| `lfpnet.show_in_folder` | `node` | opens the folder of the results |
| `lfpnet.take_over` | `node` | makes the results in the folder this node's |
| `lfpnet.preview_trimap` | `node`, `frame` (-1) | shows or hides the trimap over the plate |
| `lfpnet.add_training_pair` | `node`, `frame` (-1), `alpha_from` (`NODE`, `ACTIVE`, `RESULT`) | keeps a frame |
| `lfpnet.finetune` | `node`, `minutes` (0: the node's) | fine-tunes weights on the pairs |
| `lfpnet.stop_finetune` | | ends it |
| `lfpnet.connect` | | finds or starts the sidecar |
| `lfpnet.open_preferences` | | shows the extension's preferences |
| `lfpnet.choose_weights` | `node`, `model` | chooses weights; empty is the default |

`node` is the name of the node or of its group; empty is the active one, or the only one. With windows, buttons
(`INVOKE_DEFAULT`) return at once; called from Python, or in background, an operator returns when its work is done and
an error is a `RuntimeError` with the sentence.
"""

import bpy

from . import add_matte, matting, results, training, trimap, weights

_CLASSES = (
    add_matte.LFPNET_OT_add_matte,
    matting.LFPNET_OT_matte_frame,
    matting.LFPNET_OT_matte_range,
    matting.LFPNET_OT_cancel,
    results.LFPNET_OT_reload,
    results.LFPNET_OT_show_in_folder,
    results.LFPNET_OT_take_over,
    trimap.LFPNET_OT_preview_trimap,
    training.LFPNET_OT_add_training_pair,
    training.LFPNET_OT_finetune,
    training.LFPNET_OT_stop_finetune,
    weights.LFPNET_OT_connect,
    weights.LFPNET_OT_open_preferences,
    weights.LFPNET_OT_choose_weights,
)


def register() -> None:
    """Register every operator."""
    for operator in _CLASSES:
        bpy.utils.register_class(operator)


def unregister() -> None:
    """Unregister every operator."""
    for operator in reversed(_CLASSES):
        bpy.utils.unregister_class(operator)
