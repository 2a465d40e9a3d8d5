"""The `lfpnet` command, one file per sub-command."""
