"""An empty scene, its camera, its lights, and motion during the exposure."""

import math

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np
from mathutils import Vector  # pyright: ignore[reportMissingImports]

from .colours import palette
from .geometry import extent


def empty_scene(recipe: dict) -> None:
    """Forget everything and set what every pass shares: size, filter, one thread, transparent film."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.seed = recipe["seed"][-1] + 1
    scene.render.resolution_x = scene.render.resolution_y = recipe["size"]
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = True
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.use_persistent_data = False
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    scene.cycles.filter_width = recipe["filter_width"]


def place_camera(rng: np.random.Generator, subject: dict, *, defocus: bool) -> None:
    """Look at the subject from where it allows, as closely as it says or else whole; open the lens for defocus."""
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene = bpy.context.scene
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.data.lens = rng.uniform(35, 110)
    centre, side = extent()
    width = subject.get("width", 1.25 * side) * rng.uniform(0.75, 1.25)
    distance = width * camera.data.lens / camera.data.sensor_width
    azimuth = rng.uniform(*subject.get("azimuth", (0, 2 * math.pi)))
    elevation = rng.uniform(*subject.get("elevation", (-0.35, 0.7)))
    direction = Vector(
        (math.cos(azimuth) * math.cos(elevation), math.sin(azimuth) * math.cos(elevation), math.sin(elevation))
    )
    aim = Vector(subject.get("aim", centre)) + Vector(rng.normal(0, 0.05 * width, 3))
    camera.location = aim + direction * distance
    camera.rotation_euler = direction.to_track_quat("Z", "Y").to_euler()
    camera.rotation_euler.rotate_axis("Z", rng.normal(0, subject.get("roll", 0.25)))
    if defocus:
        camera.data.dof.use_dof = True
        camera.data.dof.focus_distance = distance * rng.choice([0.75, 0.85, 1.0, 1.15, 1.3])
        camera.data.dof.aperture_fstop = camera.data.lens / 1000 / (distance * rng.uniform(0.02, 0.12))
        camera.data.dof.aperture_blades = int(rng.choice([0, 6, 8]))


def place_lights(rng: np.random.Generator) -> None:
    """A sky of two or three colours and one to three lamps around the subject, some behind it."""
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    sky = tree.nodes["Background"]
    sky.inputs["Strength"].default_value = rng.uniform(0.15, 0.9)
    noise, ramp = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeValToRGB")
    place = tree.nodes.new("ShaderNodeTexCoord")
    noise.inputs["Scale"].default_value = rng.uniform(0.6, 3)
    tree.links.new(place.outputs["Generated"], noise.inputs["Vector"])
    tree.links.new(noise.outputs[0], ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], sky.inputs["Color"])
    colours = palette(rng, 3) * 0.6 + 0.4
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.35, 0.65
    for element, colour in zip(ramp.color_ramp.elements, colours, strict=False):
        element.color = (*colour, 1)
    for number in range(int(rng.integers(1, 4))):
        _lamp(rng, is_key=number == 0)


def set_motion(rng: np.random.Generator, subject: dict, motion: "float | None") -> None:
    """Move (and turn) everything during the exposure by `motion`, a share of the picture's width."""
    if not motion:
        return
    scene = bpy.context.scene
    scene.render.use_motion_blur = True
    scene.render.motion_blur_shutter = 1.0
    pivot = bpy.data.objects.new("pivot", None)
    scene.collection.objects.link(pivot)
    for thing in list(scene.collection.objects):
        if thing.type in {"MESH", "CURVES"}:
            thing.parent = pivot
    move = rng.normal(0, 1, 3)
    move *= motion * subject.get("width", 1.25 * extent()[1]) / np.linalg.norm(move)
    turn = rng.normal(0, 0.5 * motion, 3) if rng.random() < 0.5 else np.zeros(3)
    for frame, sign in ((0, -1), (2, 1)):  # the exposure about frame 1 lasts half of this
        pivot.location, pivot.rotation_euler = move * sign, turn * sign
        pivot.keyframe_insert("location", frame=frame)
        pivot.keyframe_insert("rotation_euler", frame=frame)
    scene.frame_set(1)


def _lamp(rng: np.random.Generator, *, is_key: bool) -> None:
    """An area lamp that looks at the subject."""
    data = bpy.data.lights.new("lamp", "AREA")
    lamp = bpy.data.objects.new("lamp", data)
    bpy.context.scene.collection.objects.link(lamp)
    direction = Vector(rng.normal(0, 1, 3)).normalized()
    if is_key:
        direction.z = abs(direction.z)
    distance = rng.uniform(2.5, 5)
    lamp.location = direction * distance
    lamp.rotation_euler = direction.to_track_quat("Z", "Y").to_euler()
    data.size = float(np.exp(rng.uniform(np.log(0.2), np.log(4))))
    warmth = rng.normal(0, 0.18)
    data.color = np.clip([1 + warmth, 1, 1 - warmth], 0.3, 1.7)
    data.energy = distance**2 * rng.uniform(15, 60) * (1.0 if is_key else rng.uniform(0.1, 1.0))
