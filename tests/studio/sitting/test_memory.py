import pytest

from consent.errors import LivenessRefused
from studio.sitting.memory import FrameMemory


def test_a_frame_is_taken_once():
    memory = FrameMemory()
    memory.add("one")
    memory.add("two")
    with pytest.raises(LivenessRefused) as caught:
        memory.add("one")
    assert caught.value.code == "replayed"
    assert caught.value.next_step


def test_a_replay_stays_refused_however_often_it_is_tried():
    memory = FrameMemory()
    memory.add("one")
    for _ in range(3):
        with pytest.raises(LivenessRefused):
            memory.add("one")


def test_the_newest_frames_are_remembered_and_the_oldest_make_room():
    memory = FrameMemory(kept=3)
    for name in ("a", "b", "c", "d"):
        memory.add(name)
    with pytest.raises(LivenessRefused):
        memory.add("b")
    memory.add("a")
