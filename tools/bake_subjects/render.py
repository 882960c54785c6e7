"""One posed subject in front of a wall, rendered by Blender's Cycles on the processor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from tools.bake_subjects import materials
from tools.bake_subjects.actions import Light
from tools.bake_subjects.blender import add, add_mesh
from tools.bake_subjects.clothes import add_glasses, add_shirt
from tools.bake_subjects.geometry import Eye, Head, Template
from tools.bake_subjects.hair import Fleece, Strands
from tools.bake_subjects.parameters import Subject
from tools.bake_subjects.room import furnish


@dataclass(frozen=True, slots=True)
class Quality:
    """What a picture costs."""

    width: int
    height: int
    samples: int
    threads: int = 2


def render(
    template: Template, subject: Subject, head: Head, fleece: Fleece, to: Path, *, light: Light
) -> None:
    """Build the scene of one frame and write it as PNG; see `set_up` for its size."""
    build(template, subject, head, fleece, light=light)
    bpy.context.scene.render.filepath = str(to)
    bpy.ops.render.render(write_still=True)


def build(
    template: Template, subject: Subject, head: Head, fleece: Fleece, *, light: Light
) -> None:
    """Put the subject, what they wear and the room into Blender's scene."""
    _body(template, subject, head, fleece)
    for ball in head.eyes:
        _eyeball(ball, materials.eye(subject.iris))
    add_shirt(template, subject, head)
    for strands in fleece.strands:
        _curves(strands)
    if subject.glasses:
        add_glasses(template, head, subject.glasses)
    furnish(subject, head.anchor, light)


def set_up(quality: Quality) -> None:
    """Empty Blender's scene and choose the renderer's settings."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = {
        "device": "CPU",
        "samples": quality.samples,
        "use_denoising": True,
        "denoiser": "OPENIMAGEDENOISE",
        "denoising_prefilter": "FAST",
        "use_adaptive_sampling": True,
        "adaptive_threshold": 0.03,
        "max_bounces": 4,
        "diffuse_bounces": 2,
        "glossy_bounces": 2,
        "transmission_bounces": 3,
        "transparent_max_bounces": 6,
        "caustics_reflective": False,
        "caustics_refractive": False,
        "sample_clamp_indirect": 3,
        "filter_width": 1.3,
    }
    for name, value in cycles.items():
        setattr(scene.cycles, name, value)
    output = scene.render
    output.resolution_x, output.resolution_y = quality.width, quality.height
    output.resolution_percentage = 100
    output.image_settings.file_format = "PNG"
    output.threads_mode, output.threads = "FIXED", quality.threads
    output.hair_type = "STRIP"
    # Light stays additive: the picture is linear light with sRGB's curve and no film look.
    scene.view_settings.view_transform = "Standard"


def _body(template: Template, subject: Subject, head: Head, fleece: Fleece) -> None:
    v0 = template.vertices

    def spot(x: float, y: float, z: float, size: tuple[float, float, float]) -> np.ndarray:
        return np.exp(-(((v0 - (x, y, z)) / size) ** 2).sum(1))

    cheek = (0.022, 0.04, 0.018)
    blush = 0.45 * (spot(0.045, -0.19, 0.672, cheek) + spot(-0.045, -0.19, 0.672, cheek))
    blush += 0.40 * spot(0, -0.235, 0.678, (0.014, 0.03, 0.012))
    blush += 0.35 * (np.abs(v0[:, 0]) > 0.078)
    add_mesh(
        head.vertices,
        template.body,
        materials.skin(subject),
        uv=template.body_uv,
        attributes={
            "blush": blush,
            "scalp": fleece.scalp,
            "stubble": fleece.stubble,
            "lash_line": fleece.lash_line,
        },
        smooth=1,
    )
    teeth = materials.plain("teeth", Base_Color=(0.66, 0.61, 0.53), Roughness=0.25)
    add_mesh(head.vertices, template.teeth, teeth, smooth=1)
    tongue = materials.plain("tongue", Base_Color=(0.38, 0.12, 0.12), Roughness=0.4)
    add_mesh(head.vertices, template.tongue, tongue, smooth=1)


def _eyeball(ball: Eye, material: Any) -> None:
    """Add a UV sphere around the gaze, finer over the iris than the model's own 72 vertices."""
    columns = 64
    polar = np.r_[np.linspace(0, np.pi / 4, 20), np.linspace(np.pi / 4, np.pi, 16)[1:]]
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    x = np.cross(ball.axis, (0, 0, 1.0))
    x /= np.linalg.norm(x)
    ring = np.outer(np.cos(around), x) + np.outer(np.sin(around), np.cross(ball.axis, x))
    points = ball.centre + ball.radius * (
        np.cos(polar)[:, None, None] * ball.axis + np.sin(polar)[:, None, None] * ring
    )
    angle = np.minimum(np.rad2deg(polar) / materials.EYE_RANGE, 1).repeat(columns)
    row, column = np.meshgrid(np.arange(len(polar) - 1), np.arange(columns), indexing="ij")
    beside = (column + 1) % columns
    corners = ((row, column), (row, beside), (row + 1, beside), (row + 1, column))
    quads = np.stack([r * columns + c for r, c in corners], axis=-1).reshape(-1, 4)
    add_mesh(points.reshape(-1, 3), quads, material, attributes={"angle": angle})


def _curves(strands: Strands) -> None:
    count, points, _ = strands.points.shape
    curves = bpy.data.hair_curves.new("strands")
    curves.add_curves([points] * count)
    curves.points.foreach_set("position", strands.points.reshape(-1))
    radii = np.tile(np.linspace(strands.root, strands.tip, points), count).astype(np.float32)
    if "radius" not in curves.attributes:
        curves.attributes.new("radius", "FLOAT", "POINT")
    curves.attributes["radius"].data.foreach_set("value", radii)
    curves.materials.append(materials.hair(strands.pigment))
    add("strands", curves)
