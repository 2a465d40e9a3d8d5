"""The LFPNet node for Nuke: renders plate and roto to EXR, has the sidecar matte them, and reads the layers back.

`host` holds every call of the `nuke` module; all other modules run without Nuke. Python 3.9, standard library, and the
vendored `sidecar.wire`, `sidecar.client` and `sidecar.shots` with pyzmq and msgpack.
"""

__version__ = "0.1.0"
