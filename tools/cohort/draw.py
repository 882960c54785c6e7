"""Draws the cohort's heads with Blender's Cycles (`bpy`), one small PNG each."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from tools.cohort.heads import Head, HeadMaker, Strands
from tools.cohort.people import Colour, Person, sample

SIZE, SAMPLES = 256, 8  # pixels and light paths: an embedding looks at 150 pixels
# Colour of the eyeball by the angle from its pole, in degrees: pupil, iris, white.
PUPIL, IRIS, WHITE = 8.0, 21.0, (0.64, 0.58, 0.56)


def main() -> None:
    """Draw the people of the seeds 0 to N - 1; what is there already is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=220)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    maker = HeadMaker()
    for seed in range(options.people):
        target = options.out.resolve() / f"{seed:03d}.png"
        if target.is_file():
            continue
        person = sample(seed, maker.labels)
        scene = _scene(options.threads)
        _fill(scene, maker, maker.make(person), person)
        scene.render.filepath = str(target)
        bpy.ops.render.render(write_still=True)


def _scene(threads: int) -> bpy.types.Scene:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 3
    scene.render.hair_type = "STRIP"
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"
    return scene


def _fill(scene: bpy.types.Scene, maker: HeadMaker, head: Head, person: Person) -> None:
    v = head.vertices
    skin = np.tile(person.skin, (len(v), 1))
    skin *= np.random.default_rng(person.seed).normal(1, 0.03, (len(v), 1))
    hair_colour = 0.03 + 0.3 * (1 - person.melanin)
    for mask, colour in (
        (head.lips * 0.8, person.lips),
        (head.scalp * 0.9, (hair_colour, hair_colour * 0.8, hair_colour * 0.65)),
        (head.stubble * 0.6, (hair_colour, hair_colour * 0.8, hair_colour * 0.65)),
    ):
        skin = skin * (1 - mask[:, None]) + np.array(colour) * mask[:, None]
    material = _material("skin", "skin", Roughness=0.52, Subsurface_Weight=0.12)
    body = _mesh("body", v, maker.body, material, {"skin": skin})
    body.modifiers.new("smooth", "SUBSURF").render_levels = 1
    rng = np.random.default_rng(person.seed + 2_000_000)
    cloth = np.tile(rng.uniform(0.05, 0.7, 3), (len(v), 1))
    shirt = maker.shirt[(maker.collar[maker.shirt] < 0).all(axis=1)]
    _mesh("shirt", v, shirt, _material("shirt", "cloth", Roughness=0.9), {"cloth": cloth})
    teeth = np.tile((0.72, 0.66, 0.56), (len(v), 1))
    _mesh("teeth", v, maker.teeth, _material("teeth", "teeth", Roughness=0.3), {"teeth": teeth})
    for centre, radius in head.eyes:
        _eye(centre, radius, person.iris)
    for strands in head.strands:
        _hair(strands, person)
    _light_and_camera(scene, head, person, rng)


def _material(name: str, attribute: str, **settings: float) -> bpy.types.Material:
    """Return a Principled material that takes its colour from a vertex attribute."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    for key, value in settings.items():
        shader.inputs[key.replace("_", " ")].default_value = value
    if "Subsurface_Weight" in settings:
        shader.inputs["Subsurface Scale"].default_value = 0.006
    colour = material.node_tree.nodes.new("ShaderNodeAttribute")
    colour.attribute_name = attribute
    material.node_tree.links.new(colour.outputs["Color"], shader.inputs["Base Color"])
    return material


def _mesh(
    name: str,
    v: np.ndarray,
    faces: np.ndarray,
    material: bpy.types.Material,
    colours: dict[str, np.ndarray],
) -> bpy.types.Object:
    used = np.unique(faces)
    renumbered = np.full(len(v), -1)
    renumbered[used] = np.arange(len(used))
    data = bpy.data.meshes.new(name)
    data.from_pydata(v[used].tolist(), [], renumbered[faces].tolist())
    data.polygons.foreach_set("use_smooth", [True] * len(faces))
    for attribute, values in colours.items():
        layer = data.attributes.new(attribute, "FLOAT_COLOR", "POINT")
        rgba = np.concatenate([values[used], np.ones((len(used), 1))], axis=1)
        layer.data.foreach_set("color", rgba.astype(np.float32).ravel())
    data.materials.append(material)
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    return thing


def _eye(centre: np.ndarray, radius: float, iris: Colour) -> None:
    """A sphere that looks at -y, a little down, coloured by the angle from its pole."""
    rings, columns = np.radians([0.1, 4, 8, 8.5, 12, 16, 20.5, 22, 30, 60, 90, 130, 179]), 48
    angle = np.repeat(rings, columns)
    turn = np.tile(np.linspace(0, 2 * np.pi, columns, endpoint=False), len(rings))
    shape = np.stack(
        [np.sin(angle) * np.cos(turn), -np.cos(angle), np.sin(angle) * np.sin(turn) - 0.05], 1
    )
    degrees = np.degrees(angle)
    colours = np.where(
        (degrees < PUPIL + 0.2)[:, None],
        np.full(3, 0.004),
        np.where((degrees < IRIS)[:, None], np.array(iris), np.array(WHITE)),
    )
    row, column = np.meshgrid(np.arange(len(rings) - 1), np.arange(columns), indexing="ij")
    row, column = row.ravel(), column.ravel()
    after = (column + 1) % columns
    faces = np.stack(
        [
            row * columns + column,
            row * columns + after,
            (row + 1) * columns + after,
            (row + 1) * columns + column,
        ],
        axis=1,
    )
    material = _material("eye", "eye", Roughness=0.35)
    _mesh("eye", centre + radius * shape, faces, material, {"eye": colours})


def _hair(strands: Strands, person: Person) -> None:
    count, points, _ = strands.points.shape
    curves = bpy.data.hair_curves.new("hair")
    curves.add_curves([points] * count)
    curves.points.foreach_set("position", strands.points.astype(np.float32).ravel())
    if "radius" not in curves.attributes:
        curves.attributes.new("radius", "FLOAT", "POINT")
    taper = np.tile(np.linspace(1, 0.4, points) * strands.radius, count).astype(np.float32)
    curves.attributes["radius"].data.foreach_set("value", taper)
    material = bpy.data.materials.new("hair")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    shader, output = (
        nodes.new("ShaderNodeBsdfHairPrincipled"),
        nodes.new("ShaderNodeOutputMaterial"),
    )
    shader.parametrization = "MELANIN"
    shader.inputs["Melanin"].default_value = person.melanin
    shader.inputs["Melanin Redness"].default_value = person.redness
    material.node_tree.links.new(shader.outputs[0], output.inputs[0])
    curves.materials.append(material)
    bpy.context.collection.objects.link(bpy.data.objects.new("hair", curves))


def _light_and_camera(
    scene: bpy.types.Scene, head: Head, person: Person, rng: np.random.Generator
) -> None:
    anchor = Vector(head.anchor.tolist())
    for offset, size, power in (
        ((0.75 * person.light, -0.75, 0.5), 0.9, rng.uniform(8, 16)),
        ((-0.9 * person.light, -0.6, 0.1), 1.0, rng.uniform(3, 7)),
    ):
        lamp = bpy.data.lights.new("lamp", "AREA")
        lamp.energy, lamp.size = float(power), size
        _place(bpy.data.objects.new("lamp", lamp), anchor + Vector(offset), anchor)
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    sky = world.node_tree.nodes["Background"].inputs
    grey = float(rng.uniform(0.4, 0.9))
    sky[0].default_value, sky[1].default_value = (grey, grey, grey * 1.05, 1), 0.5
    camera = bpy.data.cameras.new("camera")
    # The head fills the same part of the picture at every distance.
    camera.angle = 2 * math.atan(0.165 / person.distance)
    yaw = math.radians(person.yaw)
    offset = Vector((math.sin(yaw), -math.cos(yaw), 0.0)) * person.distance
    middle = anchor + Vector((0, 0, -0.01))
    scene.camera = _place(bpy.data.objects.new("camera", camera), middle + offset, middle)


def _place(thing: bpy.types.Object, at: Vector, towards: Vector) -> bpy.types.Object:
    thing.location = at
    thing.rotation_euler = (towards - at).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(thing)
    return thing


if __name__ == "__main__":
    main()
