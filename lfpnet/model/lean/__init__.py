"""The parts of the lean structure: LFPNet's design in layers that two CPU cores can afford."""
