"""Materials in pairs: a shaded one for the colour, and a flat one of the same coverage for the alpha.

The flat partner shines with the surface's own colour, so that the pass for the alpha yields the albedo as well.
"""

import bpy  # pyright: ignore[reportMissingImports]

_FLOOR = 0.05  # a black surface has to be seen by the sampler, which stops early where nothing varies


def surface(
    *,
    roughness: float = 0.5,
    metallic: float = 0.0,
    sheen: float = 0.0,
    coat: float = 0.0,
    subsurface: float = 0.0,
    grain: float = 0.0,
    coverage: "float | None" = None,
    edge_coverage: "float | None" = None,
):
    """A surface of the attribute `tint`.

    Args:
        roughness: 0 a mirror, 1 matt.
        metallic: 0 or 1.
        sheen: dust or velvet, 0 to 1.
        coat: lacquer, 0 to 1.
        subsurface: 0 to 1.
        grain: height of small bumps, 0 to 1.
        coverage: constant semi-transparency where given; opaque otherwise.
        edge_coverage: coverage at grazing angles, where it differs from `coverage`.
    """

    def shade(tree, colour):
        shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
        values = {
            "Roughness": roughness,
            "Metallic": metallic,
            "Sheen Weight": sheen,
            "Coat Weight": coat,
            "Subsurface Weight": subsurface,
            "Subsurface Scale": 0.05,
        }
        for name, value in values.items():
            shader.inputs[name].default_value = value
        if grain:
            _bump(tree, shader, grain)
        tree.links.new(colour, shader.inputs["Base Color"])
        return shader.outputs[0]

    def cover(tree):
        if coverage is None:
            return None
        return _facing(tree, coverage, coverage if edge_coverage is None else edge_coverage)

    return _pair(shade, cover)


def strand(*, roughness: float = 0.3, is_matt: bool = False):
    """Hair of the attribute `tint`; a matt one is plain diffuse, as dry fibres are."""

    def shade(tree, colour):
        if is_matt:
            shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
            shader.inputs["Roughness"].default_value = 0.7
            shader.inputs["Sheen Weight"].default_value = 0.3
            tree.links.new(colour, shader.inputs["Base Color"])
        else:
            shader = tree.nodes.new("ShaderNodeBsdfHairPrincipled")
            shader.parametrization = "COLOR"
            shader.inputs["Roughness"].default_value = roughness
            tree.links.new(colour, shader.inputs["Color"])
        return shader.outputs[0]

    return _pair(shade, lambda _tree: None)


def puff(strength: float, *, wisps: float, offset: float):
    """A billboard of smoke: coverage falls to nothing at its rim and is torn by noise; lit from one side by `tint`."""

    def shade(tree, colour):
        light = tree.nodes.new("ShaderNodeEmission")
        noise = _noise(tree, scale=1.3 * wisps, offset=offset + 7, detail=3)
        scale = tree.nodes.new("ShaderNodeMapRange")
        scale.inputs["To Min"].default_value, scale.inputs["To Max"].default_value = 0.45, 1.5
        tree.links.new(noise, scale.inputs["Value"])
        tree.links.new(colour, light.inputs["Color"])
        tree.links.new(scale.outputs["Result"], light.inputs["Strength"])
        return light.outputs[0]

    def cover(tree):
        place = tree.nodes.new("ShaderNodeTexCoord").outputs["UV"]
        length = tree.nodes.new("ShaderNodeVectorMath")
        length.operation = "DISTANCE"
        length.inputs[1].default_value = (0.5, 0.5, 0)
        tree.links.new(place, length.inputs[0])
        rim = tree.nodes.new("ShaderNodeMapRange")
        rim.interpolation_type = "SMOOTHSTEP"
        for name, value in (("From Min", 0.5), ("From Max", 0.05), ("To Min", 0.0), ("To Max", strength)):
            rim.inputs[name].default_value = value
        tree.links.new(length.outputs["Value"], rim.inputs["Value"])
        torn = tree.nodes.new("ShaderNodeMapRange")
        torn.interpolation_type = "SMOOTHSTEP"
        for name, value in (("From Min", 0.38), ("From Max", 0.68)):
            torn.inputs[name].default_value = value
        tree.links.new(_noise(tree, scale=wisps, offset=offset, detail=5), torn.inputs["Value"])
        product = tree.nodes.new("ShaderNodeMath")
        product.operation = "MULTIPLY"
        tree.links.new(rim.outputs["Result"], product.inputs[0])
        tree.links.new(torn.outputs["Result"], product.inputs[1])
        return product.outputs[0]

    return _pair(shade, cover)


def show_flat(*, is_flat: bool) -> None:
    """Give every object the flat partners of its materials, or the shaded ones back."""
    wanted = "flat" if is_flat else "shaded"
    for thing in bpy.data.objects:
        for slot in thing.material_slots:
            if slot.material and wanted in slot.material:
                slot.material = bpy.data.materials[slot.material[wanted]]


def _pair(shade, cover):
    """The shaded material; each of the two knows its partner's name."""
    shaded, flat = bpy.data.materials.new("shaded"), bpy.data.materials.new("flat")
    shaded["flat"], flat["shaded"] = flat.name, shaded.name
    for material, make in ((shaded, shade), (flat, _shine)):
        material.use_nodes = True
        tree = material.node_tree
        tree.nodes.clear()
        tint = tree.nodes.new("ShaderNodeAttribute")
        tint.attribute_name = "tint"
        shader = make(tree, tint.outputs["Color"])
        covering = cover(tree)
        if covering is not None:
            shader = _let_through(tree, covering, shader)
        tree.links.new(shader, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return shaded


def _shine(tree, colour):
    """The surface's own colour, unlit and never black."""
    lifted = tree.nodes.new("ShaderNodeVectorMath")
    lifted.operation = "ADD"
    lifted.inputs[1].default_value = (_FLOOR,) * 3
    light = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(colour, lifted.inputs[0])
    tree.links.new(lifted.outputs[0], light.inputs["Color"])
    return light.outputs[0]


def _let_through(tree, covering, shader):
    mix, clear = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeBsdfTransparent")
    tree.links.new(covering, mix.inputs[0])
    tree.links.new(clear.outputs[0], mix.inputs[1])
    tree.links.new(shader, mix.inputs[2])
    return mix.outputs[0]


def _facing(tree, middle: float, edge: float):
    """Coverage from `middle` where the surface faces the camera to `edge` at its outline."""
    weight, ramp = tree.nodes.new("ShaderNodeLayerWeight"), tree.nodes.new("ShaderNodeMapRange")
    weight.inputs["Blend"].default_value = 0.3
    ramp.inputs["To Min"].default_value, ramp.inputs["To Max"].default_value = middle, edge
    tree.links.new(weight.outputs["Facing"], ramp.inputs["Value"])
    return ramp.outputs["Result"]


def _noise(tree, *, scale: float, offset: float, detail: float):
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.noise_dimensions = "4D"
    place = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
    tree.links.new(place, noise.inputs["Vector"])
    noise.inputs["W"].default_value = offset
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = detail
    return noise.outputs["Fac"] if "Fac" in noise.outputs else noise.outputs[0]


def _bump(tree, shader, grain: float) -> None:
    bump = tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = grain
    bump.inputs["Distance"].default_value = 0.05
    tree.links.new(_noise(tree, scale=9 + 30 * (1 - grain), offset=1.0, detail=5), bump.inputs["Height"])
    tree.links.new(bump.outputs[0], shader.inputs["Normal"])
