"""Names in drawings: as much as has room, counted by how wide their letters are."""

from __future__ import annotations

import pytest

from reports.charts.names import name_of, shortened, width_of


@pytest.mark.parametrize(
    ("name", "room", "told"),
    [
        pytest.param("", 10, "", id="nothing"),
        pytest.param("topic=bees", 12, "topic=bees", id="with room"),
        pytest.param("topic=bees and other insects", 12, "topic…nsects", id="its end tells it from its sisters"),
        pytest.param("東京都千代田区", 14, "東京都千代田区", id="Chinese letters are two wide"),
        pytest.param("東京都千代田区", 10, "東京…田区", id="and fewer have room"),
        pytest.param("e\u0301" * 9, 10, "e\u0301" * 4 + "…" + "e\u0301" * 4, id="an accent goes with its letter"),
        pytest.param("two\nlines", 20, "two⟨U+000A⟩lines", id="one line"),
    ],
)
def test_a_name_is_as_long_as_it_has_room(name, room, told):
    assert shortened(name, room) == told


@pytest.mark.parametrize("name", ["W" * 99, "ab" * 99, "東" * 99, "e\u0301" * 99])
def test_a_shortened_name_has_room(name):
    assert 33 < width_of(shortened(name, 37)) <= 37.2


def test_a_name_is_drawn_once_for_each_way_it_is_shortened():
    assert len(name_of(0, "bees")) == 1
    assert ["no-" in shape for shape in name_of(0, "bees")] == [False]
    assert len(name_of(0, "bees and " * 5)) == 2
    assert len(name_of(0, "bees and " * 50)) == 3
