"""The process that holds the model, and what hosts need to talk to it."""
