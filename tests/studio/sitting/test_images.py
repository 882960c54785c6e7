import functools
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from consent.errors import QualityRefused
from studio.sitting.images import (
    MAX_BYTES,
    MAX_STILL_PIXELS,
    decode_frame,
    decode_photo,
    encode_still,
)
from tests.studio.sitting import pictures
from tests.studio.sitting.pictures import encoded


@functools.cache
def scene() -> Image.Image:
    """A smooth picture that is not the same upside down, mirrored or turned."""
    x, y = np.meshgrid(np.linspace(0, 1, 160), np.linspace(0, 1, 120))
    planes = np.stack([40 + 180 * x, 60 + 150 * y, 90 + 60 * x * y], axis=-1)
    return Image.fromarray(planes.astype(np.uint8))


def difference(image: np.ndarray, other: Image.Image) -> float:
    return float(np.abs(image.astype(int) - np.asarray(other.convert("RGB"), int)).mean())


def refused(data: bytes, decode=decode_photo) -> QualityRefused:
    with pytest.raises(QualityRefused) as caught:
        decode(data)
    refusal = caught.value
    assert refusal.what.endswith(".")
    assert refusal.next_step.endswith(".")
    assert refusal.why
    return refusal


ACCEPTED = {
    "plain.jpg": lambda p: encoded(p, "JPEG", quality=95),
    "progressive.jpg": lambda p: encoded(p, "JPEG", quality=95, progressive=True),
    "cmyk.jpg": lambda p: encoded(p.convert("CMYK"), "JPEG", quality=95),
    "two_pictures_of_one_phone.mpo": lambda p: encoded(
        p, "MPO", quality=95, save_all=True, append_images=[p]
    ),
    "plain.png": lambda p: encoded(p, "PNG"),
    "sixteen_bit_colour.png": pictures.sixteen_bit_colour,
    "opaque_alpha.png": lambda p: encoded(p.convert("RGBA"), "PNG"),
    "plain.webp": lambda p: encoded(p, "WEBP", quality=95),
    "plain.heic": lambda p: encoded(p, "HEIF", quality=95),
    "plain.avif": lambda p: encoded(p, "AVIF", quality=95),
    "plain.tiff": lambda p: encoded(p, "TIFF"),
    "plain.bmp": lambda p: encoded(p, "BMP"),
    "rotated_by_exif.jpg": pictures.rotated_by_exif,
    "damaged_profile.jpg": lambda p: encoded(p, "JPEG", quality=95, icc_profile=b"no profile" * 9),
    "grey_profile_on_colour.png": lambda p: encoded(
        p, "PNG", icc_profile=pictures.matrix_profile(*pictures.DISPLAY_P3)[:-60]
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_any_common_photograph_is_the_same_picture(name):
    image = decode_photo(ACCEPTED[name](scene()))
    assert image.dtype == np.uint8
    assert image.shape == (120, 160, 3)
    assert difference(image, scene()) < 4


GREY = {
    "grey.jpg": lambda p: encoded(p.convert("L"), "JPEG", quality=95),
    "sixteen_bit_grey.png": pictures.sixteen_bit_grey,
    "grey_with_alpha.png": lambda p: encoded(p.convert("LA"), "PNG"),
    "integers.tiff": lambda p: encoded(p.convert("I"), "TIFF"),
    "floats.tiff": lambda p: encoded(p.convert("F"), "TIFF"),
    "grey_with_a_colour_profile.jpg": lambda p: encoded(
        p.convert("L"),
        "JPEG",
        quality=95,
        icc_profile=pictures.matrix_profile(*pictures.DISPLAY_P3),
    ),
}


@pytest.mark.parametrize("name", GREY)
def test_a_grey_photograph_becomes_three_equal_channels(name):
    image = decode_photo(GREY[name](scene()))
    assert image.shape == (120, 160, 3)
    assert difference(image, scene().convert("L")) < 4
    assert (np.ptp(image.astype(int), axis=2) <= 1).all()


def test_a_palette_is_looked_up():
    image = decode_photo(encoded(scene().quantize(64), "PNG"))
    assert difference(image, scene()) < 8


def test_black_and_white_is_a_picture_too():
    image = decode_photo(encoded(scene().convert("1"), "PNG"))
    assert set(np.unique(image)) == {0, 255}


def test_what_is_transparent_is_laid_on_white():
    image = decode_photo(pictures.transparent(scene()))
    assert (image[:, :80] == 255).all()
    assert difference(image[:, 80:], scene().crop((80, 0, 160, 120))) < 1


def test_a_transparent_palette_entry_is_laid_on_white():
    flat = Image.new("P", (20, 10), 0)
    flat.putpalette([0, 0, 0, 255, 0, 0])
    flat.paste(1, (10, 0, 20, 10))
    image = decode_photo(encoded(flat, "PNG", transparency=0))
    assert (image[:, :10] == 255).all()
    assert (image[:, 10:] == (255, 0, 0)).all()


def test_an_embedded_profile_is_applied():
    profile = pictures.matrix_profile(*pictures.DISPLAY_P3)
    orange = Image.new("RGB", (16, 16), (200, 110, 60))
    decoded = decode_photo(encoded(orange, "PNG", icc_profile=profile))
    red, green, blue = (int(value) for value in decoded[8, 8])
    # The same numbers mean a stronger orange in the wider space.
    assert red > 206
    assert green < 110
    assert blue < 52


def test_a_profile_keeps_transparency():
    picture = Image.open(io.BytesIO(pictures.transparent(scene())))
    profile = pictures.matrix_profile(*pictures.DISPLAY_P3)
    assert (decode_photo(encoded(picture, "PNG", icc_profile=profile))[:, :80] == 255).all()


REFUSED = {
    "zero_bytes.jpg": (lambda p: b"", "not_an_image"),
    "one_byte.jpg": (lambda p: b"\xff", "not_an_image"),
    "text.jpg": (lambda p: b"This is a letter, not a likeness. " * 40, "not_an_image"),
    "vector.svg": (
        lambda p: b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "not_an_image",
    ),
    "document.pdf": (lambda p: encoded(p, "PDF"), "not_an_image"),
    "other_format.ico": (lambda p: encoded(p, "ICO"), "not_an_image"),
    "signature_only.png": (lambda p: b"\x89PNG\r\n\x1a\n", "not_an_image"),
    "truncated.jpg": (lambda p: encoded(p, "JPEG")[:1500], "truncated"),
    "truncated.png": (lambda p: encoded(p, "PNG")[:900], "truncated"),
    "truncated.webp": (
        lambda p: encoded(p, "WEBP", quality=100)[:600],
        "not_an_image or truncated",
    ),
    "truncated.heic": (lambda p: encoded(p, "HEIF")[:-300], "not_an_image or truncated"),
    "truncated.avif": (lambda p: encoded(p, "AVIF")[:-300], "not_an_image or truncated"),
    "truncated.tiff": (lambda p: encoded(p, "TIFF")[:5000], "truncated"),
    "hundred_megapixels.png": (lambda p: pictures.pixel_bomb(), "too_many_pixels"),
    "four_hundred_megapixels.png": (
        lambda p: pictures.pixel_bomb(20_000, 20_000),
        "too_many_pixels",
    ),
    "seventy_megapixels.png": (lambda p: pictures.pixel_bomb(10_000, 7_000), "too_many_pixels"),
    "animated.gif": (lambda p: pictures.moving(p, "GIF"), "animated"),
    "animated.webp": (lambda p: pictures.moving(p, "WEBP"), "animated"),
    "animated.png": (lambda p: pictures.moving(p, "PNG"), "animated"),
    "animated.avif": (lambda p: pictures.moving(p, "AVIF"), "animated"),
    "huge_file.jpg": (lambda p: bytes(MAX_BYTES + 1), "file_too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_sentence_and_a_next_step(name):
    make, codes = REFUSED[name]
    assert refused(make(scene())).code in codes.split(" or ")


def test_a_still_is_kept_without_metadata():
    kept = encode_still(decode_photo(pictures.rotated_by_exif(scene())))
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert "icc_profile" not in picture.info
        assert difference(np.asarray(picture), scene()) < 4


def test_a_camera_frame_is_a_jpeg_and_nothing_else():
    assert decode_frame(encoded(scene(), "JPEG", quality=95)).shape == (120, 160, 3)
    assert refused(encoded(scene(), "PNG"), decode_frame).code == "not_an_image"
    assert refused(encoded(scene(), "JPEG")[:900], decode_frame).code == "not_an_image"
    assert refused(b"", decode_frame).code == "not_an_image"


def claiming(width, height):
    """Return a small JPEG whose header claims a size."""
    data = bytearray(encoded(scene(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def test_a_frame_larger_than_the_page_sends_is_refused():
    assert refused(claiming(60_000, 60_000), decode_frame).code == "too_many_pixels"
    assert "2 million" in refused(claiming(1921, 1080), decode_frame).what


def test_a_still_larger_than_any_camera_gives_is_refused():
    still = functools.partial(decode_frame, most=MAX_STILL_PIXELS)
    assert refused(claiming(4096, 3073), still).code == "too_many_pixels"


@functools.cache
def samples() -> tuple[bytes, ...]:
    small = scene().resize((40, 30))
    profile = pictures.matrix_profile(*pictures.DISPLAY_P3)
    return (
        encoded(small, "JPEG", icc_profile=profile),
        pictures.rotated_by_exif(small),
        encoded(small.convert("CMYK"), "JPEG"),
        encoded(small, "PNG", icc_profile=profile),
        encoded(small.quantize(8), "PNG"),
        pictures.sixteen_bit_colour(small),
        pictures.moving(small, "PNG"),
        pictures.moving(small, "GIF"),
        encoded(small, "WEBP"),
        pictures.moving(small, "WEBP"),
        encoded(small, "AVIF"),
        encoded(small, "HEIF"),
        encoded(small, "TIFF", compression="tiff_lzw"),
        encoded(small, "BMP"),
    )


@st.composite
def mutated(draw) -> bytes:
    """A real file with a few bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from(samples())))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(("change", "cut", "insert", "end"))):
            case "change":
                data[at] = draw(st.integers(0, 255))
            case "cut":
                del data[at : at + draw(st.integers(1, 16))]
            case "insert":
                data[at:at] = draw(st.binary(max_size=16))
            case _:
                del data[max(at, 1) :]
        if not data:
            return b""
    return bytes(data)


def is_decoded_or_refused(decode, data: bytes) -> None:
    try:
        image = decode(data)
    except QualityRefused:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3


# Pillow warns of odd metadata, which a server only logs.
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=mutated())
def test_damaged_files_are_decoded_or_refused_and_never_fall(data):
    is_decoded_or_refused(decode_photo, data)
    is_decoded_or_refused(decode_frame, data)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None)
@given(
    start=st.sampled_from(
        (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF", b"II*\0", b"BM")
    ),
    data=st.binary(max_size=400),
)
def test_random_bytes_are_refused_and_never_fall(start, data):
    is_decoded_or_refused(decode_photo, start + data)
    is_decoded_or_refused(decode_frame, start + data)
