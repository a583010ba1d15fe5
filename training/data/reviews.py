"""Made-up reviews whose verdict hangs on how their words stand together.

Each sentence says something of one or more sides of a thing. What it says is worth a number: `good` 1, `awful` -2, less
after `somewhat`, more after `very`, the other way round after `not` or `anything but`. `But` and `although` make one
part count for more than the other. The sign of the sum is the label, so a count of the words alone knows little.

The test is on things that training never mentions, and on forms of sentence that it never uses.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from training.data.sentences import Labelled, Sentences

VERSION = "1"
TRAIN, VALID, TEST = 6000, 800, 2000

WORTH: Mapping[float, Sequence[str]] = {
    2.0: ("superb", "brilliant", "excellent", "wonderful", "outstanding", "delightful", "splendid", "magnificent"),
    1.0: ("good", "fine", "decent", "pleasant", "solid", "nice", "enjoyable", "clever"),
    -1.0: ("dull", "slow", "bland", "poor", "weak", "clumsy", "tiresome", "mediocre"),
    -2.0: ("awful", "terrible", "dreadful", "horrible", "atrocious", "dismal", "appalling", "unbearable"),
}
STRENGTH: Mapping[float, Sequence[str]] = {
    1.5: ("very", "really", "truly", "absolutely"),
    0.5: ("somewhat", "rather", "fairly", "moderately"),
}
TURNED: Mapping[float, Sequence[str]] = {
    -0.8: ("not", "never", "hardly"),
    -1.2: ("far from", "anything but"),
    1.4: ("nothing short of", "nothing if not"),
}

Things = Mapping[str, Sequence[str]]

# Things with their sides: three worlds, of which training knows the first.
THINGS: Mapping[str, Things] = {
    "train": {
        "film": ("acting", "plot", "music", "ending", "dialogue", "pacing"),
        "novel": ("prose", "story", "opening", "hero", "style", "last chapter"),
        "restaurant": ("soup", "service", "dessert", "wine", "menu", "coffee"),
        "hotel": ("bed", "breakfast", "view", "staff", "lobby", "pool"),
        "phone": ("screen", "camera", "battery", "sound", "keyboard", "design"),
    },
    "valid": {
        "concert": ("singer", "band", "lighting", "encore", "choir"),
        "museum": ("guide", "collection", "garden", "shop", "tour"),
    },
    "test": {
        "bicycle": ("saddle", "frame", "gear lever", "bell", "paintwork"),
        "game": ("artwork", "control", "level", "puzzle", "soundtrack"),
        "course": ("lecturer", "homework", "textbook", "seminar", "exam"),
        "flight": ("crew", "seat", "boarding", "snack", "landing"),
    },
}

Part = tuple[str, float]
"""Words, and what they are worth."""


class Speaker:
    """Says parts of sentences about the things of one world."""

    def __init__(self, things: Things, chance: random.Random) -> None:
        self._things = things
        self._chance = chance
        self.about()

    def about(self) -> None:
        """Turn to another thing; its sides are then spoken of without being said twice."""
        self.thing = self._chance.choice(list(self._things))
        self._sides = self._chance.sample(self._things[self.thing], 4)

    def side(self) -> str:
        return self._sides.pop()

    def quality(self) -> Part:
        """An adjective, maybe with a word before it that weakens, strengthens or turns it."""
        worth = self._chance.choice(list(WORTH))
        words = self._chance.choice(WORTH[worth])
        turned = self._chance.random() < 0.4
        if self._chance.random() < 0.4:
            # "Not somewhat good" is said by nobody.
            strength = 1.5 if turned else self._chance.choice(list(STRENGTH))
            words, worth = f"{self._chance.choice(STRENGTH[strength])} {words}", worth * strength
        if turned:
            turn = self._chance.choice(list(TURNED))
            words, worth = f"{self._chance.choice(TURNED[turn])} {words}", worth * turn
        return words, worth

    def clause(self) -> Part:
        words, worth = self.quality()
        return f"the {self.side()} was {words}", worth

    def hope(self) -> Part:
        """What somebody hoped or feared, and so did not get."""
        worth = self._chance.choice(list(WORTH))
        verb = "hoped for" if worth > 0 else "feared"
        quality = self._chance.choice(WORTH[worth])
        return f"i had {verb} {'an' if quality[0] in 'aeiou' else 'a'} {quality} {self.side()}", -worth


def _alone(say: Speaker) -> Part:
    return say.clause()


def _thing(say: Speaker) -> Part:
    words, worth = say.quality()
    return f"this {say.thing} was {words}", worth


def _both(say: Speaker) -> Part:
    (a, first), (b, second) = say.clause(), say.clause()
    return f"{a} and {b}", first + second


def _but(say: Speaker) -> Part:
    (a, first), (b, second) = say.clause(), say.clause()
    return f"{a} but {b}", 0.3 * first + second


def _although(say: Speaker) -> Part:
    (a, first), (b, second) = say.clause(), say.clause()
    return f"although {a} , {b}", 0.3 * first + second


def _hoped(say: Speaker) -> Part:
    return say.hope()


def _hoped_but(say: Speaker) -> Part:
    (a, _), (b, second) = say.hope(), say.clause()
    return f"{a} but {b}", second


def _friends_say(say: Speaker) -> Part:
    (a, _), (b, second) = say.quality(), say.quality()
    return f"friends call the {say.thing} {a} but i found it {b}", second


def _both_although(say: Speaker) -> Part:
    (a, first), (b, second), (c, third) = say.clause(), say.clause(), say.clause()
    return f"although {a} and {b} , {c}", 0.3 * (first + second) + third


def _both_but(say: Speaker) -> Part:
    (a, first), (b, second), (c, third) = say.clause(), say.clause(), say.clause()
    return f"{a} and {b} but {c}", 0.3 * (first + second) + third


def _but_both(say: Speaker) -> Part:
    (a, first), (b, second), (c, third) = say.clause(), say.clause(), say.clause()
    return f"{a} but {b} and {c}", 0.3 * first + second + third


def _friends_say_although(say: Speaker) -> Part:
    (a, _), (b, second) = say.quality(), say.quality()
    return f"although friends call the {say.thing} {a} , i found it {b}", second


def _although_thing(say: Speaker) -> Part:
    (a, first), (b, second) = say.clause(), say.quality()
    return f"although {a} , this {say.thing} was {b}", 0.3 * first + second


Form = Callable[[Speaker], Part]

FORMS: Mapping[str, Sequence[Form]] = {
    "train": (_alone, _thing, _both, _but, _although, _hoped, _hoped_but, _friends_say, _both_although),
    "valid": (_both_but, _although_thing, _but, _both),
    "test": (_both_but, _but_both, _friends_say_although, _although_thing),
}


@cache
def reviews() -> Sentences:
    """`synthetic-reviews`, the same each time."""
    train, valid, test = (
        written(part, count, random.Random(f"{part} {VERSION}"))
        for part, count in (("train", TRAIN), ("valid", VALID), ("test", TEST))
    )
    return Sentences("synthetic-reviews", VERSION, train, valid, test)


def written(part: str, count: int, chance: random.Random) -> Labelled:
    """As many different reviews of `train`, `valid` or `test`, half of which praise."""
    say = Speaker(THINGS[part], chance)
    found: dict[str, int] = {}
    wanted = {0: count // 2, 1: count - count // 2}
    while any(wanted.values()):
        say.about()
        words, worth = chance.choice(FORMS[part])(say)
        label = int(worth > 0)
        # Nearly balanced ones would be a matter of opinion.
        if abs(worth) >= 0.35 and words not in found and wanted[label]:
            found[words] = label
            wanted[label] -= 1
    return Labelled(tuple(found), tuple(found.values()))
