"""The public interface in words for programs: OpenAPI 3.1 of what needs no session.

Written by hand, because the routes read their bodies themselves; tests hold answers against it.
"""

from __future__ import annotations

from collections.abc import Mapping

from outputs.report import State, Technique
from studio.ui.settings import MEGABYTE, UiSettings

Node = dict[str, object]

JSON = "application/json"
REFUSALS: Mapping[int, str] = {
    403: "A page of another site asked (`wrong_origin`).",
    408: "The file stopped on its way (`upload_stalled`).",
    413: "The file is too large (`too_large`, `file_too_large`); nothing more of it was read.",
    421: "The studio does not answer to this host name (`wrong_host`).",
    422: (
        "The file cannot be examined (`empty_file`, `not_a_picture`, `drawing_of_text`, "
        "`picture_too_large`), or the form has none (`upload_invalid`, `too_many_files`)."
    ),
    500: "Something broke on the studio's side (`broken`).",
}


def document(settings: UiSettings) -> Node:
    """Return the OpenAPI 3.1 document of a studio with these limits."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Selfsame Verify",
            "version": settings.version,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            "description": (
                "Tells what a picture, an animation or a video says about itself. No account, no "
                "session. A file is read in memory and not kept; nothing of it is fetched; nobody "
                "in it is recognised. Few large pictures are read at once: others wait their turn."
            ),
        },
        "paths": {
            "/api/verify": {"post": _verify(settings.max_upload_bytes)},
            "/api/verify/keys": {"get": _keys()},
            "/api/verify/openapi.json": {"get": _self()},
        },
        "components": {
            "schemas": {
                "Findings": _findings(),
                "Finding": _finding(),
                "Refusal": _refusal(),
                "StudioKeys": _studio_keys(),
            }
        },
    }


def _verify(most: int) -> Node:
    binary: Node = {"schema": {"type": "string", "format": "binary", "maxLength": most}}
    form: Node = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
    limit = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most // 1024} kB"
    return {
        "operationId": "verify",
        "summary": "Read the marks of one file",
        "description": (
            f"At most {limit}, as the body itself or as the field `file` of a form. Findings are "
            "separate, each with its technique; there is no single verdict."
        ),
        "parameters": [
            {
                "name": "annotated",
                "in": "query",
                "description": "Also draw a small copy that shows where marks were found.",
                "schema": {"type": "boolean", "default": False},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}, "*/*": binary},
        },
        "responses": {
            "200": _answer("What was found.", "Findings"),
            **{str(status): _answer(why, "Refusal") for status, why in REFUSALS.items()},
        },
    }


def _keys() -> Node:
    return {
        "operationId": "keys",
        "summary": "This studio's public keys",
        "description": (
            "With these, `python app.py verify --keys FILE` checks its pictures elsewhere."
        ),
        "responses": {"200": _answer("The keys.", "StudioKeys")},
    }


def _self() -> Node:
    content: Node = {JSON: {"schema": {"type": "object"}}}
    return {
        "operationId": "description",
        "summary": "This document",
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}},
    }


def _answer(description: str, schema: str) -> Node:
    content: Node = {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _findings() -> Node:
    copy: Node = {
        "type": "object",
        "description": "Only where it was asked for. WebP, at most 512 px; it is not stored.",
        "required": ["url", "width", "height"],
        "properties": {
            "url": {"type": "string", "pattern": "^data:image/webp;base64,"},
            "width": {"type": "integer", "maximum": 512},
            "height": {"type": "integer", "maximum": 512},
        },
    }
    return {
        "type": "object",
        "required": ["name", "tells_generated", "findings", "output_id"],
        "properties": {
            "name": {"type": "string", "description": "As it was sent; never used as a path."},
            "tells_generated": {
                "type": "boolean",
                "description": "At least one mark says so. False proves nothing.",
            },
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
            "output_id": {
                "type": ["string", "null"],
                "description": "Under which this studio's own picture may be reported here.",
            },
            "annotated": copy,
        },
    }


def _finding() -> Node:
    return {
        "type": "object",
        "required": ["technique", "state", "tells_generated", "sentence", "details"],
        "properties": {
            "technique": {"enum": [each.value for each in Technique]},
            "title": {"type": "string"},
            "how": {"type": "string", "description": "How it was found out, in plain words."},
            "state": {"enum": [each.value for each in State]},
            "word": {"type": "string", "description": "The state, as a page shows it."},
            "tone": {"enum": ["good", "warn", ""]},
            "tells_generated": {"type": "boolean"},
            "sentence": {"type": "string", "description": "In plain words."},
            "details": {"type": "object", "description": "In the words of the standards."},
        },
    }


def _refusal() -> Node:
    text: Node = {"type": "string", "minLength": 1}
    parts = ("code", "what", "why", "next")
    return {
        "type": "object",
        "description": "Every error, in the same parts: what happened, why, and what to do next.",
        "required": list(parts),
        "properties": dict.fromkeys(parts, text),
        "additionalProperties": False,
    }


def _studio_keys() -> Node:
    texts: Node = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {
        "type": "object",
        "required": ["schema_version", "log", "manifests"],
        "properties": {
            "schema_version": {"const": "urn:selfsame:studio-keys:1"},
            "log": {**texts, "description": "c2sp.org/signed-note verifier keys, newest first."},
            "manifests": {**texts, "description": "PEM certificates that sign manifests."},
        },
    }
