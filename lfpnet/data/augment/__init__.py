"""The augmentations of the paper (section 5.2) and those of a camera, one small class a file."""

from lfpnet.data.augment.affine import RandomAffine, warp
from lfpnet.data.augment.camouflage import Camouflage
from lfpnet.data.augment.composition import merge_foregrounds
from lfpnet.data.augment.compression import Compression
from lfpnet.data.augment.contrast import Contrast
from lfpnet.data.augment.defocus import Defocus
from lfpnet.data.augment.erosion_dilation import PAPER_RADII, ErosionDilation
from lfpnet.data.augment.gamma import Gamma
from lfpnet.data.augment.grain import Grain
from lfpnet.data.augment.grey import GreyScale
from lfpnet.data.augment.light_wrap import LightWrap
from lfpnet.data.augment.motion_blur import MotionBlur
from lfpnet.data.augment.saturation import Saturation
from lfpnet.data.augment.sharpness import Sharpness
from lfpnet.data.augment.texture import Texture
from lfpnet.data.augment.thin_marks import ThinMarks
from lfpnet.data.augment.unknown import ForegroundToUnknown, HolesToUnknown, PartToUnknown

__all__ = [
    "PAPER_RADII",
    "Camouflage",
    "Compression",
    "Contrast",
    "Defocus",
    "ErosionDilation",
    "ForegroundToUnknown",
    "Gamma",
    "Grain",
    "GreyScale",
    "HolesToUnknown",
    "LightWrap",
    "MotionBlur",
    "PartToUnknown",
    "RandomAffine",
    "Saturation",
    "Sharpness",
    "Texture",
    "ThinMarks",
    "merge_foregrounds",
    "warp",
]
