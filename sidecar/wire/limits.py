"""How much of anything may cross the wire, checked before memory is taken (docs/protocol.md, section 6)."""

from __future__ import annotations

#: Largest msgpack header; bounds what unpacking can amplify (64 times at worst) to 4 MiB.
#: Source: measured with msgpack 1.2.
HEADER_BYTES = 64 * 1024
#: Identity aside: magic, header, at most one payload.
MESSAGE_FRAMES = 3
#: Pixels travel in pieces of this size, one a message: libzmq limits frames and messages, never multipart bytes.
CHUNK_BYTES = 1 << 20
#: Any larger frame closes the connection that sent it (ZMQ_MAXMSGSIZE).
FRAME_BYTES = CHUNK_BYTES + HEADER_BYTES
#: Messages that may wait for one peer on the pixel socket, on either side.
DATA_QUEUE_MESSAGES = 32
CONTROL_QUEUE_MESSAGES = 1000

IMAGE_SIDE = 16384
IMAGE_CHANNELS = 16
#: One image: 16384 x 16384 RGBA float16, or 8192 x 16384 RGBA float32.
IMAGE_BYTES = 2 << 30
CLIENT_JOBS = 256
CLIENT_SLOTS = 64
#: Pixels that one client may have in shared memory and in unfinished uploads, each.
CLIENT_BYTES = 4 << 30
CLIENTS = 64
#: Sessions over one connection, so that one program cannot lock all others out.
PEER_SESSIONS = 32
#: Smaller pieces of an upload are joined as they come, because every message held costs hundreds of bytes.
SMALL_PIECE_BYTES = 64 * 1024
TEXT_LENGTH = 4096
