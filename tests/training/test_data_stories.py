"""The stories that the transformer reads."""

import random
import re

from training.data.stories import GIRLS, Stories, stories, story, told


def beginnings(text: str) -> set[tuple[str, ...]]:
    return {match.groups() for match in re.finditer(r"(?:^|\n\n)(\w+) had (\d+) ", text)}


def test_no_beginning_of_a_held_out_story_is_taught() -> None:
    data = stories()
    parts = [beginnings(text) for text in (data.train, data.valid, data.test)]
    assert all(parts)
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    assert len(data.train) > 500_000


def test_the_last_count_is_right_and_children_are_called_she_or_he_rightly() -> None:
    for seed in range(200):
        lines = story("Mia", 5, random.Random(seed)).splitlines()
        count = 5
        for line in lines:
            if found := re.search(r"she (found|lost) (\d+) |^Mia (gave) (\d+) ", line):
                kind, some = [group for group in found.groups() if group]
                count += int(some) if kind == "found" else -int(some)
            if stated := re.search(r'^Then she had (\d+) |^"(\d+),"', line):
                assert int(stated.group(1) or stated.group(2)) == count
            assert not re.search(r"\b(he|his)\b", line)
    assert "Mia" in GIRLS


def test_the_same_chance_tells_the_same_stories() -> None:
    first, second = (told(2000, [("Tom", 4)], random.Random(1)) for _ in range(2))
    assert first == second
    assert isinstance(stories(), Stories)
