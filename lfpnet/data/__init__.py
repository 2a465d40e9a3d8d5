"""Training data: foregrounds drawn by rule, photographs under clean licences, pools, augmentation and samples."""
