"""What client and server share about one running sidecar: its endpoint, lock, keys and wakeup (may be vendored)."""
