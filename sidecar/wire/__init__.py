"""What travels between a host and the sidecar: docs/protocol.md in code (numpy and msgpack only, no sockets)."""
