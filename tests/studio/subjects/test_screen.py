import numpy as np
import pytest

from consent.flash import screen_hex
from consent.types import Action, Colour
from studio.face.skin import LINEAR, background_chroma, region_chromas, skin_chroma
from studio.subjects.player import LAYER, Player
from studio.subjects.screen import DARK, Lit, Screen, light_of

GREEN, BLUE = "#46ff6e", "#5078ff"


@pytest.fixture(params=["ash", "birch", "cedar", "hazel", "maple", "rowan"])
def anybody(cast, request):
    return cast[request.param]


def parts(member):
    name = member.clips["rest"][0]
    return member.frame(name).image, member.frame(LAYER + name).image


def test_without_a_screen_the_picture_is_the_room_s(anybody):
    ambient, layer = parts(anybody)
    dark = Lit.of(ambient, layer).under(DARK, 0.3)
    assert np.abs(dark - ambient).max() <= 1.0


def test_lights_add_up_in_linear_light(anybody):
    lit = Lit.of(*parts(anybody))
    red, blue = (0.5, 0.0, 0.0), (0.0, 0.0, 0.5)
    both = lit.under((0.5, 0.0, 0.5), 0.2)
    apart = lit.under(red, 0.2)[..., 0], lit.under(blue, 0.2)[..., 2]
    assert np.allclose(both[..., 0], apart[0])
    assert np.allclose(both[..., 2], apart[1])


def test_the_strength_is_a_share_of_the_room_s_light_on_the_face(anybody, meter):
    ambient, layer = parts(anybody)
    face = meter.faces(ambient)[0]
    bright = Lit.of(ambient, layer).under((1.0, 1.0, 1.0), 0.3)
    points = face.landmarks[[151, 50, 280, 4, 9], :2].astype(int)
    share = [
        LINEAR[bright[y, x].astype(np.uint8)].sum() / LINEAR[ambient[y, x]].sum() - 1
        for x, y in points
    ]
    assert np.median(share) == pytest.approx(0.3, rel=0.6)


@pytest.mark.parametrize("colour", Colour)
def test_skin_moves_towards_the_colour_and_the_wall_hardly(anybody, meter, colour):
    ambient, layer = parts(anybody)
    face = meter.faces(ambient)[0]
    lit = Lit.of(ambient, layer).under(light_of(screen_hex(colour)), 0.12).astype(np.uint8)
    light = np.array(light_of(screen_hex(colour)))
    skin = np.subtract(skin_chroma(lit, face), skin_chroma(ambient, face))
    wall = np.subtract(background_chroma(lit, face), background_chroma(ambient, face))
    towards = (light / light.sum())[:2] - skin_chroma(ambient, face)
    assert skin @ towards > 0
    assert np.linalg.norm(skin) > 2 * np.linalg.norm(wall)


def test_a_face_is_lit_unevenly_as_a_round_thing_is(anybody, meter):
    ambient, layer = parts(anybody)
    face = meter.faces(ambient)[0]
    lit = Lit.of(ambient, layer).under(light_of(GREEN), 0.2).astype(np.uint8)
    moved = [
        np.linalg.norm(np.subtract(after, before))
        for after, before in zip(
            region_chromas(lit, face), region_chromas(ambient, face), strict=True
        )
    ]
    assert max(moved) > 1.25 * min(moved)


def test_the_camera_sees_the_screen_a_little_late():
    screen = Screen(delay=0.2)
    screen.show(GREEN, 0.0, at=1.0)
    assert screen.light(1.1) == DARK
    assert screen.light(1.21) == pytest.approx(light_of(GREEN))


def test_a_slow_screen_goes_over_from_one_colour_to_the_next():
    screen = Screen(delay=0.0)
    screen.show(GREEN, 1.0, at=0.0)
    screen.show(BLUE, 1.0, at=2.0)
    assert screen.light(1.5) == pytest.approx(light_of(GREEN))
    half = np.mean([light_of(GREEN), light_of(BLUE)], axis=0)
    assert screen.light(2.5) == pytest.approx(tuple(half))
    assert screen.light(3.5) == pytest.approx(light_of(BLUE))


def test_a_player_under_colours_rests_and_names_the_layer_that_was_added(member):
    player = Player(member, np.random.default_rng(1))
    player.show(GREEN)
    player.now = 1.0
    (frame,) = player.perform(Action.COLOURS)
    assert frame.baked_sha256 in set(member.hashes.values())
    assert frame.light_sha256 in set(member.hashes.values())
    player.show(None)
    player.now = 2.0
    assert player.rest().light_sha256 is None


def test_without_strength_a_colour_changes_nothing_but_the_noise(member):
    player = Player(member, np.random.default_rng(1), screen=Screen(strength=0.0), noise=0.0)
    player.show(GREEN)
    player.now = 1.0
    frame = player.rest()
    ambient = next(
        member.frame(name).image
        for name in member.clips["rest"]
        if member.hashes[name] == frame.baked_sha256
    )
    assert np.abs(frame.image.astype(int) - ambient).max() <= 1


def test_the_brighter_the_screen_the_farther_skin_moves_and_dark_skin_too(cast, meter):
    ambient, layer = parts(cast["cedar"])
    face = meter.faces(ambient)[0]
    lit = Lit.of(ambient, layer)
    at_rest = skin_chroma(ambient, face)
    moved = [
        np.linalg.norm(np.subtract(skin_chroma(picture.astype(np.uint8), face), at_rest))
        for picture in (lit.under(light_of(GREEN), strength) for strength in (0.05, 0.12, 0.4))
    ]
    assert moved == sorted(moved)
    assert moved[0] > 0.003
