"""The room: wall, picture, lights and camera."""

from __future__ import annotations

import colorsys

import bpy
import numpy as np
from mathutils import Vector

from tools.bake_subjects import materials
from tools.bake_subjects.blender import add, add_area_light, add_panel
from tools.bake_subjects.parameters import Subject

CAMERA_DISTANCE = 0.62  # metres: somebody at a laptop
WALL_DISTANCE = 1.3  # metres behind the eyes
LENS = 48.0  # millimetres on a sensor 36 mm wide


def furnish(subject: Subject, eyes: np.ndarray) -> None:
    """Add everything that is not the subject around a point between the eyes, (3,) metres."""
    anchor = Vector(eyes)
    _room(subject, anchor)
    _lights(anchor)
    _camera(anchor)


def _room(subject: Subject, anchor: Vector) -> None:
    rng = np.random.RandomState(subject.seed + 7)
    y = anchor.y + WALL_DISTANCE
    add_panel((-3, 3), (-2, 3), y, materials.wall(subject.wall))
    x = rng.choice([-1, 1]) * rng.uniform(0.45, 0.75)
    z = anchor.z + rng.uniform(-0.05, 0.2)
    half_width, half_height = rng.uniform(0.15, 0.25), rng.uniform(0.18, 0.3)
    paint = colorsys.hsv_to_rgb(rng.rand(), rng.uniform(0.15, 0.6), rng.uniform(0.25, 0.65))
    for border, depth, colour in ((0.02, 0.02, (0.06, 0.05, 0.04)), (0.0, 0.03, paint)):
        width, height = half_width + border, half_height + border
        picture = materials.plain("picture", Base_Color=colour, Roughness=0.7)
        add_panel((x - width, x + width), (z - height, z + height), y - depth, picture)


def _lights(anchor: Vector) -> None:
    add_area_light(anchor + Vector((-0.75, -0.75, 0.55)), anchor, 0.9, 16.0, (1, 0.95, 0.88))
    add_area_light(anchor + Vector((0.9, -0.6, 0.1)), anchor, 1.0, 5.0, (0.85, 0.92, 1))
    add_area_light(anchor + Vector((0.5, 0.8, 0.7)), anchor, 0.5, 1.6, (1, 1, 1))
    wall = anchor + Vector((-0.2, WALL_DISTANCE, 0.1))
    add_area_light(anchor + Vector((-0.6, 0.3, 1.2)), wall, 0.5, 9.0, (1, 0.93, 0.85))
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    sky = world.node_tree.nodes["Background"].inputs
    sky[0].default_value, sky[1].default_value = (0.92, 0.95, 1, 1), 0.32
    bpy.context.scene.world = world


def _camera(anchor: Vector) -> None:
    camera = bpy.data.cameras.new("camera")
    camera.sensor_width, camera.lens = 36, LENS
    camera.dof.use_dof = True
    camera.dof.focus_distance, camera.dof.aperture_fstop = CAMERA_DISTANCE - 0.04, 4.0
    thing = add("camera", camera)
    thing.location = anchor + Vector((0, -CAMERA_DISTANCE, 0))
    aim = anchor - Vector((0, 0, 0.022))
    thing.rotation_euler = (aim - thing.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.camera = thing
