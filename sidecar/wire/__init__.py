"""What travels between a host and the sidecar: docs/protocol.md in code (msgpack, numpy for arrays, no sockets)."""
