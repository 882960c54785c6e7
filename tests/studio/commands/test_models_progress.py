from __future__ import annotations

import io

import pytest

from studio.commands.progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock():
    return iter(n / 2 for n in range(1000)).__next__


def follow(line: ProgressLine) -> None:
    line.begins("owner/base/unet/model.safetensors", 3_000_000_000, 1_000_000_000)
    for done in range(1_100_000_000, 3_000_000_001, 100_000_000):
        line.reaches(done)
    line.ends()


def test_a_terminal_sees_one_line_with_speed_and_time_left(clock):
    terminal = Terminal()
    follow(ProgressLine(clock, terminal))
    lines = terminal.getvalue().split("\r\x1b[K")
    assert " 50 %  1.50 GB of 3.00 GB  200.0 MB/s  0:07 left  model.safetensors" in lines
    assert lines[-1] == "owner/base/unet/model.safetensors (3.00 GB)\n"
    assert max(map(len, lines)) <= 80


def test_a_file_gets_one_line_per_file(clock):
    file = io.StringIO()
    follow(ProgressLine(clock, file))
    told = "owner/base/unet/model.safetensors (3.00 GB, 1.00 GB of it are here)\n"
    assert file.getvalue() == told


def test_quiet_says_only_why_it_waits(clock):
    terminal = Terminal()
    line = ProgressLine(clock, terminal, quiet=True)
    follow(line)
    line.waits("Another pull is running.")
    assert terminal.getvalue() == "Another pull is running.\n"


@pytest.mark.parametrize(("size", "told"), [(0, "0.0 kB"), (17, "0.0 kB"), (5404, "5.4 kB")])
def test_small_and_empty_files_are_told_too(clock, size, told):
    terminal = Terminal()
    line = ProgressLine(clock, terminal)
    line.begins("o/a/config.json", size, 0)
    line.reaches(size)
    line.ends()
    assert "100 %" in terminal.getvalue()
    assert f"o/a/config.json ({told})" in terminal.getvalue()
