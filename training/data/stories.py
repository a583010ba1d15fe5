"""Little stories with sums in them, made from a grammar: text for a language model.

In each, a child has things, gives some away, finds some, and counts. Who is told of at the beginning is meant by "she"
or "he" later on, and the count at the end is right. So a good guess at the next letter needs what stood lines ago; the
letters just before it are not enough.

No pair of a name and a number of things at the start that stands in the text for validation or for the test stands in
the text for training.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

VERSION = "1"
TRAIN, HELD_OUT = 600_000, 40_000
"""Letters of the training text, and of each of the other two."""

GIRLS = ("Mia", "Anna", "Zoe", "Lena", "Ruth", "Nora")
BOYS = ("Tom", "Ben", "Omar", "Paul", "Finn", "Jack")
THINGS = ("apples", "stones", "shells", "coins", "stamps", "marbles", "buttons", "feathers")
PLACES = ("in the garden", "at the lake", "under the old tree", "behind the house", "on the beach", "near the school")
DAYS = ("One morning", "After lunch", "On a rainy day", "In the evening", "On Sunday")
MOST = 12


@dataclass(frozen=True)
class Stories:
    """A text in three parts, each a row of whole stories with an empty line between."""

    name: str
    version: str
    train: str
    valid: str
    test: str


@cache
def stories() -> Stories:
    """`synthetic-stories`, the same each time."""
    pairs = [(name, count) for name in GIRLS + BOYS for count in range(2, MOST + 1)]
    random.Random(f"pairs {VERSION}").shuffle(pairs)
    tenth = len(pairs) // 10
    parts = {"valid": pairs[:tenth], "test": pairs[tenth : 2 * tenth], "train": pairs[2 * tenth :]}
    texts = {
        part: told(TRAIN if part == "train" else HELD_OUT, starts, random.Random(f"{part} {VERSION}"))
        for part, starts in parts.items()
    }
    return Stories("synthetic-stories", VERSION, **texts)


def told(letters: int, starts: Sequence[tuple[str, int]], chance: random.Random) -> str:
    """Stories of about that many letters; each begins with a name and a number of things that it has."""
    found: list[str] = []
    length = 0
    while length < letters:
        found.append(story(*chance.choice(starts), chance))
        length += len(found[-1])
    return "".join(found)


def story(name: str, count: int, chance: random.Random) -> str:
    """A story of a child who has `count` things at the start."""
    she, her = ("she", "her") if name in GIRLS else ("he", "his")
    thing, place = chance.choice(THINGS), chance.choice(PLACES)
    friend = chance.choice([other for other in GIRLS + BOYS if other != name])
    lines = [f"{name} had {count} {thing}."]
    for _ in range(chance.randint(1, 3)):
        kind = chance.choice(("found", "gave", "lost", "met"))
        some = chance.randint(2, 6)
        if kind == "found" and count + some <= 2 * MOST:
            count += some
            lines.append(f"{chance.choice(DAYS)} {she} found {some} more {place}.")
        elif kind == "gave" and some < count - 1:
            count -= some
            lines.append(f"{name} gave {some} of {her} {thing} to {friend}.")
        elif kind == "lost" and some < count - 1:
            count -= some
            lines.append(f"{chance.choice(DAYS)} {she} lost {some} of them {place}.")
        else:
            lines.append(f"{chance.choice(DAYS)} {name} met {friend} {place}.")
        if chance.random() < 0.5:
            lines.append(f"Then {she} had {count} {thing}.")
    lines.append(f'"How many {thing} have you got?" asked {friend}.')
    lines.append(f'"{count}," said {name}.')
    return "\n".join(lines) + "\n\n"
