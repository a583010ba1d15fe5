"""What of a conversation may be told on: only what everyone may see who sees the answer."""

from dataclasses import replace

import pytest

from bot.asking import DIRECT, PRIVATE, AnswerForgotten, Asked, Asking
from bot.store import Thread
from tests.bot.conftest import ANSWER, NOW

ADA, BOB = 10**17 + 1, 10**17 + 2
PLACE = "5/6"


def seen(asked: Asked) -> list[str]:
    return [answer.question for answer in asked.before]


@pytest.mark.parametrize(
    ("earlier", "who", "now", "is_seen"),
    [
        (PLACE, ADA, PLACE, True),
        (PLACE, BOB, PLACE, True),
        (PLACE, BOB, PLACE + PRIVATE, True),
        (PLACE + PRIVATE, ADA, PLACE + PRIVATE, True),
        (PLACE + PRIVATE, BOB, PLACE + PRIVATE, False),
        (PLACE + PRIVATE, ADA, PLACE, False),
        (PLACE + PRIVATE, BOB, PLACE, False),
        ("5/8", ADA, PLACE, False),
        (DIRECT, ADA, DIRECT, True),
        (DIRECT, ADA, PLACE + PRIVATE, True),
        (DIRECT, ADA, PLACE, False),
        (DIRECT, BOB, DIRECT, False),
    ],
)
async def test_an_earlier_answer_is_told_on_only_to_who_may_see_it(
    asking: Asking, earlier: str, who: int, now: str, is_seen: bool
) -> None:
    first = await asking.ask("first?", ADA, earlier, NOW)
    second = await asking.ask("second?", who, now, NOW, first.id)
    assert seen(second) == (["first?"] if is_seen else [])


async def test_a_thread_tells_on_what_it_opened_on_and_what_was_said_there(asking: Asking) -> None:
    opening = await asking.ask("opening?", ADA, PLACE, NOW)
    await asking.open_thread(opening.id, Thread(77, "5/77"), NOW)
    await asking.ask("there?", BOB, "5/77", NOW, conversation=True)
    private = await asking.ask("alone?", BOB, f"5/77{PRIVATE}", NOW)
    assert seen(await asking.ask("now?", ADA, "5/77", NOW, conversation=True)) == ["opening?", "there?"]
    forged = await asking.ask("forged?", ADA, "5/77", NOW, private.id, conversation=True)
    assert "alone?" not in seen(forged)


async def test_two_learners_in_direct_messages_never_meet(asking: Asking) -> None:
    for who, question in ((ADA, "adas?"), (BOB, "bobs?"), (ADA, "adas second?")):
        last = await asking.ask(question, who, DIRECT, NOW)
    assert seen(last) == ["adas?"]


async def test_what_was_shown_in_the_end_is_kept_and_goes_on(asking: Asking) -> None:
    first = await asking.ask("first?", ADA, PLACE, NOW)
    worded = replace(first.answer, answer="In other words [1].")
    await asking.reword(first.id, worded)
    assert await asking.answer(first.id) == worded
    second = await asking.ask("second?", ADA, PLACE, NOW, first.id)
    assert second.before == (worded,)


async def test_an_answer_that_was_removed_meanwhile_does_not_come_back(asking: Asking) -> None:
    first = await asking.ask("first?", ADA, PLACE, NOW)
    await asking.remove(first.id, ADA)
    await asking.reword(first.id, ANSWER)
    with pytest.raises(AnswerForgotten):
        await asking.answer(first.id)
