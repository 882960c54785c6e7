"""Meshes, tubes and lights put into Blender's scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from tools.bake_subjects.parameters import Colour


def add(name: str, data: Any) -> Any:
    """Put data into the scene as an object and return it."""
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    return thing


def add_mesh(
    vertices: np.ndarray,
    faces: np.ndarray,
    material: Any,
    *,
    uv: np.ndarray | None = None,
    attributes: Mapping[str, np.ndarray] | None = None,
    smooth: int = 0,
) -> Any:
    """Add the faces' part of the vertices; `smooth` = levels of subdivision."""
    used, numbers = np.unique(faces, return_inverse=True)
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata(vertices[used].tolist(), [], numbers.reshape(faces.shape).tolist())
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    if uv is not None:
        layer = mesh.uv_layers.new(name="UV")
        layer.data.foreach_set("uv", uv.reshape(-1).astype(np.float32))
    for name, values in (attributes or {}).items():
        data = mesh.attributes.new(name, "FLOAT", "POINT").data
        data.foreach_set("value", np.ascontiguousarray(values[used], np.float32))
    mesh.materials.append(material)
    mesh.update()
    thing = add("mesh", mesh)
    if smooth:
        modifier = thing.modifiers.new("smooth", "SUBSURF")
        modifier.levels = modifier.render_levels = smooth
    return thing


def add_tube(line: np.ndarray, material: Any, radius: float, *, closed: bool = False) -> None:
    """Add a tube along (N, 3) points; radius in metres."""
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions = "3D"
    spline = curve.splines.new("POLY")
    spline.points.add(len(line) - 1)
    for point, position in zip(spline.points, line, strict=True):
        point.co = (*map(float, position), 1)
    spline.use_cyclic_u = closed
    curve.bevel_depth, curve.bevel_resolution = radius, 3
    curve.materials.append(material)
    add("tube", curve)


def add_panel(x: tuple[float, float], z: tuple[float, float], y: float, material: Any) -> None:
    """Add an upright rectangle facing the camera."""
    corners = [(x[0], y, z[0]), (x[1], y, z[0]), (x[1], y, z[1]), (x[0], y, z[1])]
    add_mesh(np.array(corners), np.array([[0, 1, 2, 3]]), material)


def add_area_light(at: Vector, towards: Vector, size: float, watts: float, colour: Colour) -> None:
    """Add a square light that shines towards a point."""
    light = bpy.data.lights.new("area", "AREA")
    light.energy, light.size, light.color = watts, size, colour
    thing = add("area", light)
    thing.location = at
    thing.rotation_euler = (towards - at).to_track_quat("-Z", "Y").to_euler()
