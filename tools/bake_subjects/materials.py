"""Blender materials: skin, eyes, hair, cloth and wall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from tools.bake_subjects.geometry import DATA
from tools.bake_subjects.parameters import Colour, Pigment, Subject

# Angles from the pupil's centre, degrees, as seen from the eyeball's centre.
PUPIL, IRIS, EYE_RANGE = 9.0, 23.5, 45.0


def plain(name: str, **inputs: Any) -> Any:
    """Return a principled material; keywords are its inputs with underscores for spaces."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    for key, value in inputs.items():
        colour = isinstance(value, tuple) and len(value) == 3
        shader.inputs[key.replace("_", " ")].default_value = (*value, 1) if colour else value
    return material


class _Nodes:
    """Short words for building a node tree."""

    def __init__(self, material: Any) -> None:
        self.tree = material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]
        self.coordinates = self.tree.nodes.new("ShaderNodeTexCoord")

    def link(self, output: Any, target: Any) -> None:
        self.tree.links.new(output, target)

    def attribute(self, name: str) -> Any:
        node = self.tree.nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs["Fac"]

    def noise(self, space: str, scale: float, detail: float = 2.0) -> Any:
        node = self.tree.nodes.new("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        self.link(self.coordinates.outputs[space], node.inputs["Vector"])
        return node.outputs["Fac"]

    def mask(self, name: str) -> Any:
        node = self.tree.nodes.new("ShaderNodeTexImage")
        node.image = bpy.data.images.load(str(DATA / "textures" / f"mpfb_{name}.jpg"))
        node.image.colorspace_settings.name = "Non-Color"
        return node.outputs[0]

    def ramp(self, value: Any, start: float, end: float, top: float) -> Any:
        node = self.tree.nodes.new("ShaderNodeMapRange")
        for i, x in enumerate((start, end, 0.0, top), start=1):
            node.inputs[i].default_value = x
        self.link(value, node.inputs[0])
        return node.outputs[0]

    def above(self, value: Any, edge: float) -> Any:
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = "GREATER_THAN"
        node.inputs[1].default_value = edge
        self.link(value, node.inputs[0])
        return node.outputs[0]

    def mix(self, first: Any, second: Any, share: Any) -> Any:
        node = self.tree.nodes.new("ShaderNodeMix")
        node.data_type = "RGBA"
        for socket, value in ((6, first), (7, second), (0, share)):
            if hasattr(value, "is_output"):
                self.link(value, node.inputs[socket])
            else:
                colour = np.ndim(value) == 1
                node.inputs[socket].default_value = (*value, 1) if colour else value
        return node.outputs[2]

    def bump(self, height: Any, strength: float, distance: float, normal: Any = None) -> Any:
        node = self.tree.nodes.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance
        self.link(height, node.inputs["Height"])
        if normal is not None:
            self.link(normal, node.inputs["Normal"])
        return node.outputs[0]


def skin(subject: Subject) -> Any:
    """Return skin: tone, blush, lips, mouth, shaded scalp, stubble and the dark lash line."""
    material = plain(
        "skin",
        Roughness=0.5,
        Specular_IOR_Level=0.35,
        Subsurface_Weight=0.18,
        Subsurface_Scale=0.006,
    )
    n = _Nodes(material)
    n.shader.inputs["Subsurface Radius"].default_value = (1, 0.36, 0.2)
    tone = np.array(subject.skin)
    pores = n.noise("UV", 420)
    colour = n.mix(tone * 0.90, np.clip(tone * 1.07, 0, 1), n.noise("UV", 28, 4))
    colour = n.mix(colour, tone * (0.82, 0.64, 0.62), n.attribute("blush"))
    colour = n.mix(colour, tone * (0.62, 0.50, 0.45), n.ramp(pores, 0.62, 0.80, 0.25))
    colour = n.mix(colour, subject.lips, n.ramp(n.mask("lips"), 0, 1, 0.8))
    colour = n.mix(colour, (0.16, 0.04, 0.04), n.mask("inside-mouth"))
    colour = n.mix(colour, _root_shade(subject.hair.pigment), n.attribute("scalp"))
    beard = subject.beard.pigment if subject.beard else subject.hair.pigment
    colour = n.mix(colour, _root_shade(beard), n.attribute("stubble"))
    colour = n.mix(colour, tone * 0.10, n.attribute("lash_line"))
    n.link(colour, n.shader.inputs["Base Color"])
    n.link(n.bump(pores, 0.14, 0.0006), n.shader.inputs["Normal"])
    return material


def _root_shade(pigment: Pigment) -> Colour:
    """The skin under hair, seen through its roots."""
    if pigment.colour is not None:
        return (0.30, 0.27, 0.25)
    return (0.05, 0.032, 0.022) if pigment.melanin < 0.9 else (0.03, 0.02, 0.015)


def eye(iris: Colour) -> Any:
    """Return an eyeball coloured by the attribute `angle`, in units of EYE_RANGE."""
    material = plain("eye", Roughness=0.12, Coat_Weight=1.0, Coat_Roughness=0.03)
    n = _Nodes(material)
    node = n.tree.nodes.new("ShaderNodeValToRGB")
    c = np.array(iris)
    stops = (
        (0.0, (0.004,) * 3),
        (PUPIL - 0.5, (0.004,) * 3),
        (PUPIL + 0.5, c * 0.75),
        (15.0, np.clip(c * 1.35, 0, 1)),
        (20.5, c * 0.85),
        (IRIS - 0.7, c * 0.25),
        (IRIS + 1.2, (0.46, 0.43, 0.41)),
        (EYE_RANGE, (0.46, 0.36, 0.34)),
    )
    while len(node.color_ramp.elements) < len(stops):
        node.color_ramp.elements.new(0.5)
    for element, (degrees, colour) in zip(node.color_ramp.elements, stops, strict=True):
        element.position = degrees / EYE_RANGE
        element.color = (*colour, 1)
    n.link(n.attribute("angle"), node.inputs[0])
    n.link(node.outputs[0], n.shader.inputs["Base Color"])
    return material


def hair(pigment: Pigment) -> Any:
    """Return Cycles' principled hair of a pigment."""
    material = bpy.data.materials.new("hair")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    shader = tree.nodes.new("ShaderNodeBsdfHairPrincipled")
    if pigment.colour is None:
        shader.parametrization = "MELANIN"
        shader.inputs["Melanin"].default_value = pigment.melanin
        shader.inputs["Melanin Redness"].default_value = pigment.redness
        shader.inputs["Random Color"].default_value = 0.25
    else:
        shader.parametrization = "COLOR"
        shader.inputs["Color"].default_value = (*pigment.colour, 1)
    shader.inputs["Roughness"].default_value = 0.35
    shader.inputs["Random Roughness"].default_value = 0.2
    tree.links.new(shader.outputs[0], output.inputs[0])
    return material


def cloth(colour: Colour) -> Any:
    """Return knitted cloth, cut away where the attribute `above_collar` is positive."""
    material = plain("cloth", Base_Color=colour, Roughness=0.9)
    n = _Nodes(material)
    below = n.tree.nodes.new("ShaderNodeMath")
    below.operation = "LESS_THAN"
    below.inputs[1].default_value = 0
    n.link(n.attribute("above_collar"), below.inputs[0])
    n.link(below.outputs[0], n.shader.inputs["Alpha"])
    folds = n.bump(n.noise("Object", 14), 0.6, 0.02)
    n.link(n.bump(n.noise("Object", 900), 0.5, 0.001, folds), n.shader.inputs["Normal"])
    return material


def wall(colour: Colour) -> Any:
    """Return a painted wall with soft unevenness."""
    material = plain("wall", Roughness=0.95)
    n = _Nodes(material)
    tone = np.array(colour)
    n.link(n.mix(tone * 0.85, tone * 1.1, n.noise("Object", 1.1)), n.shader.inputs["Base Color"])
    return material


def shine(material: Any, colour: Any) -> None:
    """Let a material shine in one colour and reflect nothing; its transparency stays.

    Args:
        material: A principled material.
        colour: (3,) linear, or a node's output.
    """
    shader = material.node_tree.nodes["Principled BSDF"]
    for name in ("Base Color", "Emission Color"):
        for link in list(shader.inputs[name].links):
            material.node_tree.links.remove(link)
    shader.inputs["Base Color"].default_value = (0, 0, 0, 1)
    for name in ("Specular IOR Level", "Subsurface Weight"):
        shader.inputs[name].default_value = 0
    shader.inputs["Emission Strength"].default_value = 1
    if hasattr(colour, "is_output"):
        material.node_tree.links.new(colour, shader.inputs["Emission Color"])
    else:
        shader.inputs["Emission Color"].default_value = (*colour, 1)


def shine_in_parts(material: Any, colours: Mapping[str, Colour]) -> None:
    """Let skin shine in the colours of skin, neck (attribute `below_jaw`), lips and mouth."""
    n = _Nodes(material)
    colour: Any = colours["skin"]
    for share, edge, part in (
        (n.attribute("below_jaw"), 0.0, "neck"),
        (n.mask("lips"), 0.5, "lips"),
        (n.mask("inside-mouth"), 0.5, "mouth"),
    ):
        colour = n.mix(colour, colours[part], n.above(share, edge))
    shine(material, colour)
