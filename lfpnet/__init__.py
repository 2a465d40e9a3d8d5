"""LFPNet as a library: trimaps, colour, the network, tiled inference and training.

Source: Long-Range Feature Propagating for Natural Image Matting, ACM MM 2021.
"""

__version__ = "0.1.0"
