"""How large a PNG, JPEG, TIFF, WebP or BMP says it is, read from its header without decoding a pixel.

Asked before decoding, so that a few kilobytes cannot make the process allocate gigabytes.
Source: PNG 1.2 section 4.1.1; JPEG (ITU T.81) annex B; TIFF 6.0 section 2 and the BigTIFF design; WebP container
specification and RFC 6386 section 9.1; Microsoft BITMAPCOREHEADER / BITMAPINFOHEADER.
"""

import struct

from lfpnet.images.source_file import DeclaredSize, Kind


def declared_size(data: bytes, kind: Kind) -> DeclaredSize:
    """Read the size of an encoded picture.

    Args:
        data: the file's bytes, at least its header.
        kind: what the signature said; never "exr".

    Raises:
        ValueError: the header is cut short or malformed.
    """
    readers = {"png": _png, "jpeg": _jpeg, "tiff": _tiff, "webp": _webp, "bmp": _bmp}
    try:
        return readers[kind](data)
    except (struct.error, IndexError, OverflowError) as error:
        raise ValueError("the header is cut short") from error


def _png(data: bytes) -> DeclaredSize:
    width, height, bit_depth, colour_type = struct.unpack_from(">IIBB", data, 16)
    channels = 1 if colour_type == 0 else 4
    return DeclaredSize(height, width, channels * (2 if bit_depth == 16 else 1))


def _jpeg(data: bytes) -> DeclaredSize:
    """Walk the marker segments up to the first frame header (SOF0 to SOF15 without DHT, JPG and DAC)."""
    position = 2
    while True:
        while data[position] != 0xFF or data[position + 1] in (0x00, 0xFF):
            position += 1
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, position + 5)
            return DeclaredSize(height, width, 4)
        is_standalone = marker == 0x01 or 0xD0 <= marker <= 0xD9
        position += 2 if is_standalone else 2 + struct.unpack_from(">H", data, position + 2)[0]


def has_jpeg_end(data: bytes) -> bool:
    """Whether a JPEG reaches its end marker; decoders fill in what is missing with grey and say nothing.

    Args:
        data: a whole JPEG whose size could be read.
    """
    position = 2
    while position + 4 <= len(data):
        marker, (length,) = data[position + 1], struct.unpack_from(">H", data, position + 2)
        if data[position] != 0xFF or marker in (0x00, 0xFF):
            position += 1
        elif marker == _START_OF_SCAN:
            return data.find(b"\xff\xd9", position) >= 0  # never inside a scan: there FF is followed by 00
        else:
            position += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD9 else 2 + length
    return False


_START_OF_SCAN = 0xDA


def _tiff(data: bytes) -> DeclaredSize:
    """Width, height, bits per sample and samples per pixel from the first directory, classic or BigTIFF."""
    order = "<" if data.startswith(b"II") else ">"
    is_big = struct.unpack_from(order + "H", data, 2)[0] == 43
    word, entry_count_format = ("Q", "Q") if is_big else ("I", "H")
    (directory,) = struct.unpack_from(order + word, data, 8 if is_big else 4)
    (entry_count,) = struct.unpack_from(order + entry_count_format, data, directory)
    position = directory + struct.calcsize(order + entry_count_format)
    values = {_BITS_PER_SAMPLE: 1, _SAMPLES_PER_PIXEL: 1}
    for _ in range(min(entry_count, 4096)):
        (tag,) = struct.unpack_from(order + "H", data, position)
        if tag in (_WIDTH, _HEIGHT, _BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL):
            values[tag] = _tiff_value(data, position, order, word)
        position += struct.calcsize(f"{order}HH{word}{word}")
    if _WIDTH not in values or _HEIGHT not in values:
        raise ValueError("the first directory gives no size")
    channels, bytes_per_sample = max(values[_SAMPLES_PER_PIXEL], 3), -(-values[_BITS_PER_SAMPLE] // 8)
    return DeclaredSize(values[_HEIGHT], values[_WIDTH], channels * bytes_per_sample)


_WIDTH, _HEIGHT, _BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL = 256, 257, 258, 277


def _tiff_value(data: bytes, position: int, order: str, word: str) -> int:
    """The first value of a directory entry: inside the entry where it fits, else where the entry points."""
    _, field_type, count = struct.unpack_from(f"{order}HH{word}", data, position)
    number_format = {1: "B", 3: "H", 4: "I", 16: "Q"}.get(field_type)
    if number_format is None:
        raise ValueError(f"field type {field_type} cannot hold a size")
    value_position = position + struct.calcsize(f"{order}HH{word}")
    if count * struct.calcsize(order + number_format) > struct.calcsize(order + word):
        (value_position,) = struct.unpack_from(order + word, data, value_position)
    return struct.unpack_from(order + number_format, data, value_position)[0]


def _webp(data: bytes) -> DeclaredSize:
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    elif chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise ValueError("the first chunk is no picture")
    return DeclaredSize(height, width, 4)


def _bmp(data: bytes) -> DeclaredSize:
    is_core_header = struct.unpack_from("<I", data, 14)[0] == 12
    width, height = struct.unpack_from("<HH" if is_core_header else "<ii", data, 18)
    return DeclaredSize(abs(height), width, 4)
