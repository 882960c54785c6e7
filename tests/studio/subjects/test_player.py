import numpy as np
import pytest

from consent.types import Action
from studio.subjects.player import Player


@pytest.fixture
def player(member):
    return Player(member, np.random.default_rng(1))


def test_an_action_goes_to_its_extreme_and_back(member, player):
    frames = [frame.baked_sha256 for frame in player.perform(Action.TURN_LEFT)]
    clip = [member.hashes[name] for name in member.clips["turn_left"]]
    assert frames[: len(clip)] == clip
    assert frames[-len(clip) :] == clip[::-1]
    assert frames.count(clip[-1]) > 3


def test_every_frame_is_a_pinned_one(member, player):
    pinned = set(member.hashes.values())
    for action in Action:
        for frame in player.perform(action):
            assert frame.baked_sha256 in pinned
    assert player.still(7).baked_sha256 in pinned


def test_a_camera_never_delivers_the_same_pixels_twice(player):
    one, other = player.still(0), player.still(0)
    assert one.baked_sha256 == other.baked_sha256
    assert (one.image != other.image).any()


def test_noise_is_a_camera_s_and_not_another_picture(member, player):
    baked = member.frame(member.clips["still"][0]).image.astype(int)
    noise = player.still(0).image.astype(int) - baked
    assert 1 < noise.std() < 4


def test_the_same_seed_plays_the_same(member):
    one, other = (Player(member, np.random.default_rng(4)).rest() for _ in range(2))
    assert (one.image == other.image).all()
