"""The room: wall, picture, lights and camera."""

from __future__ import annotations

import colorsys

import bpy
import numpy as np
from mathutils import Vector

from tools.bake_subjects import materials
from tools.bake_subjects.actions import Light
from tools.bake_subjects.blender import add, add_area_light, add_panel
from tools.bake_subjects.parameters import Subject

CAMERA_DISTANCE = 0.62  # metres: somebody at a laptop
WALL_DISTANCE = 1.3  # metres behind the eyes
LENS = 48.0  # millimetres on a sensor 36 mm wide
SCREEN = (0.34, 0.20)  # metres: a laptop's, whose camera sits on its upper edge
BEZEL = 0.012  # metres from the screen's upper edge to the camera
# Watts of the white screen for a skin that reflects everything. The layer is stored for skin that
# fills most of its scale, whoever it is: how bright a screen is, is chosen when it is added.
SCREEN_WATTS = 1.0
SHEEN = 0.05  # what dark skin reflects besides its colour


def furnish(subject: Subject, eyes: np.ndarray, light: Light) -> None:
    """Add everything that is not the subject around a point between the eyes, (3,) metres."""
    anchor = Vector(eyes)
    _room(subject, anchor)
    if light is Light.ROOM:
        _lights(anchor)
    else:
        _screen(subject, anchor)
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


def _screen(subject: Subject, anchor: Vector) -> None:
    """Add the white screen below the camera, and nothing else that shines."""
    lamp = bpy.data.lights.new("screen", "AREA")
    lamp.shape, (lamp.size, lamp.size_y) = "RECTANGLE", SCREEN
    lamp.energy = SCREEN_WATTS / (max(subject.skin) + SHEEN)
    thing = add("screen", lamp)
    thing.location = anchor - Vector((0, CAMERA_DISTANCE, SCREEN[1] / 2 + BEZEL))
    thing.rotation_euler = (anchor - thing.location).to_track_quat("-Z", "Y").to_euler()


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
