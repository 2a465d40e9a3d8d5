"""The process that holds the model: the only place where sockets meet lfpnet."""
