"""Meshes and strands from arrays; every one has the attribute `tint` that the materials read."""

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np


def add_mesh(vertices: np.ndarray, faces, tints: np.ndarray, material, *, uvs=None, is_smooth: bool = True):
    """Add a mesh: vertices (n, 3), faces as lists of indices, tints (n, 3); uvs for each corner where given."""
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata(np.asarray(vertices).tolist(), [], [list(face) for face in faces])
    attribute = mesh.attributes.new("tint", "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set("color", _opaque(tints))
    if uvs is not None:
        mesh.uv_layers.new(name="uv").data.foreach_set("uv", np.asarray(uvs, np.float32).ravel())
    mesh.polygons.foreach_set("use_smooth", np.full(len(mesh.polygons), is_smooth))
    mesh.materials.append(material)
    mesh.update()
    return _link(mesh)


def add_strands(points: np.ndarray, radii: np.ndarray, tints: np.ndarray, material):
    """Add strands: points (n, k, 3), radii (n, k), tints (n, 3)."""
    count, steps = points.shape[:2]
    curves = bpy.data.hair_curves.new("strands")
    curves.add_curves([steps] * count)
    curves.position_data.foreach_set("vector", np.ascontiguousarray(points, np.float32).ravel())
    curves.points.foreach_set("radius", np.ascontiguousarray(radii, np.float32).ravel())
    curves.attributes.new("tint", "FLOAT_COLOR", "CURVE").data.foreach_set("color", _opaque(tints))
    curves.materials.append(material)
    return _link(curves)


def extent() -> "tuple[np.ndarray, float]":
    """Centre and longest side of all that was added, strays left out."""
    places = []
    for thing in bpy.context.scene.objects:
        elements, name = (thing.data.vertices, "co") if thing.type == "MESH" else (None, "")
        if thing.type == "CURVES":
            elements, name = thing.data.position_data, "vector"
        if elements is not None:
            values = np.empty(len(elements) * 3, np.float32)
            elements.foreach_get(name, values)
            places.append(values.reshape(-1, 3))
    low, high = np.quantile(np.concatenate(places), (0.03, 0.97), axis=0)
    return (low + high) / 2, max(float((high - low).max()), 0.5)


def normals_along(points: np.ndarray) -> np.ndarray:
    """Unit directions along strands (n, k, 3)."""
    along = np.gradient(points, axis=1)
    return unit(along)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1 along the last axis."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _opaque(tints: np.ndarray) -> np.ndarray:
    return np.concatenate([tints, np.ones((len(tints), 1))], 1).astype(np.float32).ravel()


def _link(data):
    thing = bpy.data.objects.new(data.name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing
