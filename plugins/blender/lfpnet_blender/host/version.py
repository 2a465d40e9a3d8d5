# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Blender this is."""

import bpy

#: 5.0 made the compositor a node group of the scene and replaced the Composite node by a group output.
HAS_GROUP_COMPOSITOR = bpy.app.version >= (5, 0, 0)
#: What a path property needs so that it may begin with "//"; older versions allow it always.
PATH_OPTIONS = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
