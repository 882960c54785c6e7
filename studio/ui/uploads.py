"""Files that come in: limited while they stream, held in memory, never on a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from consent.errors import Refusal
from studio.service import Upload
from studio.ui.refusals import too_large, too_many_files, upload_invalid, upload_stalled

MAX_FILES = 12  # in one request
FORM_OVERHEAD = 8 * 1024  # bytes for boundaries and part headers
STALL_SECONDS = 20.0  # without a byte: what has come would lie in memory for nothing


async def read_uploads(request: Request, field: str, max_bytes: int) -> list[Upload]:
    """Return the files of a multipart form's `field`, refusing while the body still streams.

    Args:
        request: the request; its body is read here and nowhere else.
        field: name of the form field.
        max_bytes: limit for all files together.

    Raises:
        Refusal: too large, too many files, not a form, without a file, or stalled.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes + FORM_OVERHEAD:
        raise too_large(max_bytes)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise upload_invalid()
    parser = MultiPartParser(
        request.headers,
        _limited(request, max_bytes + FORM_OVERHEAD, max_bytes),
        max_files=MAX_FILES,
        max_fields=MAX_FILES,
    )
    # Starlette would roll files of 1 MB and more over to the temporary folder, in plaintext.
    parser.spool_max_size = max_bytes + FORM_OVERHEAD
    try:
        form = await parser.parse()
    except MultiPartException as error:
        # Starlette tells its refusals apart by their words alone.
        too_many = error.message.startswith("Too many files")
        raise (too_many_files(MAX_FILES) if too_many else upload_invalid()) from error
    except KeyError as error:
        raise upload_invalid() from error
    try:
        files = [item for item in form.getlist(field) if isinstance(item, UploadFile)]
        uploads = [Upload(item.filename or "picture", await item.read()) for item in files]
    finally:
        await form.close()
    if not uploads:
        raise upload_invalid()
    return uploads


async def read_body(
    request: Request, max_bytes: int, *, refusal: Callable[[int], Refusal] = too_large
) -> bytes:
    """Return a body, refusing by its declared length or while it still streams.

    Raises:
        Refusal: too large, or stalled.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise refusal(max_bytes)
    limited = _limited(request, max_bytes, max_bytes, refusal)
    return b"".join([chunk async for chunk in limited])


async def _limited(
    request: Request, limit: int, said: int, refusal: Callable[[int], Refusal] = too_large
) -> AsyncGenerator[bytes, None]:
    """Yield the body's chunks; raises Refusal when they stall or exceed `limit` bytes."""
    received = 0
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise upload_stalled() from error
        received += len(chunk)
        if received > limit:
            raise refusal(said)
        yield chunk
