"""The values of an LFPNet node's knobs as a compositor would have them, for tests that need no Nuke."""

VALUES = {
    "lfp_mode": "trimap",
    "lfp_channel": "alpha",
    "lfp_inner": 8.0,
    "lfp_outer": 16.0,
    "lfp_weights": "default",
    "lfp_plan": "fast",
    "lfp_tta": False,
    "lfp_tile": 0,
    "lfp_range": "input",
    "lfp_frames": "",
    "lfp_only": "missing or stale",
    "lfp_views": "",
    "lfp_cache": "/shots/a b/a.%V.%04d.exr",
    "lfp_depth": "half",
    "lfp_export_depth": "float",
    "lfp_keep_exports": False,
    "lfp_address": "",
    "lfp_shares_disk": False,
}
