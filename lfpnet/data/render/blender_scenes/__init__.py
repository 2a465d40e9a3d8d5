"""What runs inside Blender: it imports bpy and numpy, never lfpnet, and is started by `lfpnet.data.render.blender`."""
