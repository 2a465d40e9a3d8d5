"""Pictures in and out: plates and masks of any usual kind in; layered EXR, masks and previews out, always atomically.

Reading EXR uses as many threads as `OpenEXR.set_global_thread_count` was told by the application; this package never
sets it.
"""

from lfpnet.images.align import align
from lfpnet.images.contact_sheet import contact_sheet
from lfpnet.images.exr_stream import Compression, ExrDepth
from lfpnet.images.mask import Mask, read_mask
from lfpnet.images.mask_file import write_mask
from lfpnet.images.matte_file import matte_bytes, write_matte
from lfpnet.images.picture_file import write_preview
from lfpnet.images.plate import Depth, Plate, read_plate
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT
from lfpnet.images.windows import Window

__all__ = [
    "DEFAULT_BYTE_LIMIT",
    "Compression",
    "Depth",
    "ExrDepth",
    "Mask",
    "Plate",
    "Window",
    "align",
    "contact_sheet",
    "matte_bytes",
    "read_mask",
    "read_plate",
    "write_mask",
    "write_matte",
    "write_preview",
]
