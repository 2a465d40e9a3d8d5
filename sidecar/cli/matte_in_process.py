"""`lfpnet matte` in this process: the network is loaded, used once and gone."""

from lfpnet import __version__
from lfpnet.images import write_matte
from lfpnet.inference import MatteOptions, Predictor
from lfpnet.weights import default_weights
from sidecar.cli.matte_task import Made, MatteTask, TileBar
from sidecar.runtime.atomic import written_file
from sidecar.runtime.fingerprint import file_fingerprint


def matte_in_process(task: MatteTask) -> Made:
    """Load the weights, matte the plate and write the EXR.

    Raises:
        LfpnetError: an option, the weights or the output cannot be used.
    """
    asked = task.arguments
    predictor = Predictor.load(asked.weights, device=asked.device, precision=asked.precision)
    task.clock.lap("load")
    options = MatteOptions(asked.plan, asked.tile, asked.tta, task.depth, asked.truncate_8bit)
    with TileBar(is_hidden=asked.json) as bar:
        matte = predictor.matte(
            task.plate.pixels, task.trimap, is_linear=task.plate.is_linear, options=options, progress=bar.show
        )
    task.clock.lap("matte")
    attributes = {
        "lfpnet/version": __version__,
        "lfpnet/weights": predictor.provenance.name,
        "lfpnet/weightsLicence": predictor.provenance.licence,
        "lfpnet/plan": options.plan,
    }
    if asked.working_space:
        attributes["lfpnet/workingSpace"] = asked.working_space
    write_matte(
        written_file(asked.output),
        matte,
        task.plate,
        depth=task.depth,
        compression=asked.compression,
        attributes=attributes,
        layers=asked.layer_names,
        trimap=task.trimap,
    )
    facts = {
        "tiles": bar.tiles,
        "weights": predictor.provenance.name,
        "weights_licence": predictor.provenance.licence,
        "weights_fingerprint": file_fingerprint(asked.weights or default_weights()),
        "device": str(predictor.device),
        "precision": str(predictor.precision).removeprefix("torch."),
    }
    return Made(facts, lambda: matte)
