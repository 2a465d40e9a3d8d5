"""Bodies for hair and fur to grow on: heads with shoulders and soft animal shapes, all made of displaced spheres."""

import bmesh  # pyright: ignore[reportMissingImports]
import bpy  # pyright: ignore[reportMissingImports]
import numpy as np

from .colours import smooth_field, tints
from .geometry import add_mesh, unit


def blobs(rng: np.random.Generator) -> np.ndarray:
    """Centres and radii (n, 4) of the spheres of a soft animal: a chain with limbs, ears or none."""
    count = int(rng.integers(2, 5))
    places = np.cumsum(unit(rng.normal(0, 1, (count, 3))) * rng.uniform(0.25, 0.5, (count, 1)), 0)
    spheres = np.concatenate([places, rng.uniform(0.28, 0.55, (count, 1))], 1)
    for _ in range(int(rng.integers(0, 5))):
        base = spheres[int(rng.integers(count))]
        direction = unit(rng.normal(0, 1, 3))
        reach = base[3] * rng.uniform(1.0, 1.5)
        limb = np.append(base[:3] + direction * reach, rng.uniform(0.08, 0.2))
        spheres = np.concatenate([spheres, limb[None]])
    spheres[:, :3] -= spheres[:, :3].mean(0)
    return spheres / 1.1


def head(rng: np.random.Generator) -> np.ndarray:
    """Centres and radii of a head on a neck and shoulders; the skull is the first."""
    width = rng.uniform(0.36, 0.45)
    skull = [[0, 0, 0.45, width], [0, -0.06, 0.25, width * 0.85], [0, -0.1, 0.14, width * 0.6]]
    neck = [[0, 0.06, 0.0, 0.2], [0, 0.06, -0.18, 0.2], [0, 0.06, -0.3, 0.22]]
    shoulders = [[side * x, 0.06, -0.55 - 0.06 * x, 0.3] for side in (-1, 1) for x in (0.1, 0.3, 0.5, 0.65)]
    return np.asarray(skull + neck + shoulders)


def body_surface(rng: np.random.Generator, spheres: np.ndarray, resolution: float = 0.03):
    """Melt spheres into one closed surface with some unevenness.

    Returns:
        Vertices (n, 3), their normals (n, 3) and triangles (m, 3).
    """
    builder = bmesh.new()
    for x, y, z, radius in spheres:
        ball = bmesh.ops.create_icosphere(builder, subdivisions=4, radius=radius)
        bmesh.ops.translate(builder, verts=ball["verts"], vec=(x, y, z))
    mesh = bpy.data.meshes.new("spheres")
    builder.to_mesh(mesh)
    builder.free()
    thing = bpy.data.objects.new("spheres", mesh)
    bpy.context.scene.collection.objects.link(thing)
    remesh = thing.modifiers.new("melt", "REMESH")
    remesh.mode, remesh.voxel_size = "VOXEL", resolution
    smooth = thing.modifiers.new("smooth", "SMOOTH")
    smooth.factor, smooth.iterations = 0.5, 14
    melted = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    vertices, normals, triangles = _arrays(melted)
    bpy.data.objects.remove(thing)
    uneven = smooth_field(rng, vertices, rng.uniform(1.5, 4)) * rng.uniform(0.0, 0.05)
    return vertices + normals * uneven, normals, triangles


def add_body(rng: np.random.Generator, surface, colours: np.ndarray, material):
    """Add a surface as an object, painted with colours in patches."""
    vertices, _, triangles = surface
    return add_mesh(vertices, triangles, tints(rng, vertices, colours, rng.uniform(1.5, 6)), material)


def roots(rng: np.random.Generator, surface, count: int, is_allowed=None):
    """Scatter places over a surface by area.

    Args:
        rng: source of randomness.
        surface: what `body_surface` returned.
        count: wanted number.
        is_allowed: told places (n, 3), answers a density of 0 to 1 for each; everywhere when None.

    Returns:
        Places (n, 3) and unit normals (n, 3).
    """
    vertices, normals, triangles = surface
    corners = vertices[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    if is_allowed is not None:
        area = area * is_allowed(corners.mean(1))
    chosen = rng.choice(len(triangles), count, p=area / area.sum())
    weights = rng.dirichlet((1, 1, 1), count)[..., None]
    places = (corners[chosen] * weights).sum(1)
    return places, unit((normals[triangles[chosen]] * weights).sum(1))


def _arrays(mesh):
    vertices = np.empty(len(mesh.vertices) * 3, np.float32)
    normals = np.empty_like(vertices)
    mesh.vertices.foreach_get("co", vertices)
    mesh.vertices.foreach_get("normal", normals)
    mesh.calc_loop_triangles()
    triangles = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    return vertices.reshape(-1, 3).astype(float), normals.reshape(-1, 3).astype(float), triangles.reshape(-1, 3)
