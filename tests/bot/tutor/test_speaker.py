"""The server's faults, each over a real connection."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator

import pytest

from bot.tutor import speaker as speaking
from bot.tutor.speaker import FAULTS, MOST_BYTES, PAUSE_SECONDS, Model, Speaker, Unspoken
from tests.bot.tutor.loopback import DONE, MODEL, Loopback, Reply, chunk, event, pieces, refuses, says, sends, usage

HELLO = [{"role": "user", "content": "Hello?"}]
TEXT = "Dropout helps, says the first passage [1]."


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def speaker(server: Loopback, clock: Clock) -> AsyncIterator[Speaker]:
    made = Speaker(Model(server.url, MODEL, "sk-secret", seconds=4.0, first_seconds=1.5), clock)
    yield made
    await made.close()


async def heard(speaker: Speaker) -> str:
    return "".join([piece.text async for piece in speaker.answer(HELLO)])


async def fault(speaker: Speaker) -> Unspoken:
    with pytest.raises(Unspoken) as caught:
        await heard(speaker)
    return caught.value


async def test_an_answer_comes_in_pieces_with_its_end_and_its_count(server: Loopback, speaker: Speaker) -> None:
    server.reply = lambda body: says(TEXT, tokens=123)
    told = [piece async for piece in speaker.answer(HELLO)]
    assert "".join(piece.text for piece in told) == TEXT
    assert [piece.finish for piece in told if piece.finish] == ["stop"]
    assert [piece.tokens for piece in told if piece.tokens] == [123]
    (body,) = server.heard
    assert (body["model"], body["messages"], body["stream"]) == (MODEL, HELLO, True)
    assert server.keys == ["Bearer sk-secret"]


async def test_no_key_of_the_environment_goes_out(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    speaker = Speaker(Model(server.url, MODEL))
    await heard(speaker)
    await speaker.close()
    assert server.keys == ["Bearer none"]


FAULTY: dict[str, tuple[Reply, str]] = {
    "no key": (refuses(401), "answers 401"),
    "wrong model": (refuses(404), "answers 404"),
    "too many": (refuses(429), "answers 429"),
    "broken": (refuses(500), "answers 500"),
    "elsewhere": (refuses(307), "answers 307"),
    "silent": (sends([5.0]), "too long"),
    "stalls": (sends([*pieces(TEXT), 5.0, DONE]), "too long"),
    "drips": (sends([part for letter in "x" * 60 for part in (chunk(letter), 0.1)]), "too long"),
    "breaks off": (sends(pieces(TEXT), breaks_off=True), "cannot be reached"),
    "ends early": (sends(pieces(TEXT)), "broke off"),
    "empty": (sends([]), "broke off"),
    "only done": (sends([DONE]), "broke off"),
    "not json": (sends([b"data: {nonsense\n\n"]), "no chat (JSONDecodeError)"),
    "garbage": (sends([b"data: \xff\xfe\x00\n\n"]), "no chat (UnicodeDecodeError)"),
    "a number": (sends([event(5), DONE]), "no chat"),
    "a list": (sends([event([1, 2]), DONE]), "no chat"),
    "nothing": (sends([event(None), DONE]), "broke off"),
    "another thing": (sends([event({"weather": "fine"}), DONE]), "no chat"),
    "strange choices": (sends([event({"choices": 7}), DONE]), "no chat"),
    "strange words": (sends([event({"choices": [{"delta": {"content": {"a": 1}}}]}), DONE]), "no chat"),
    "deep": (sends([b"data: " + b"[" * 100_000 + b"\n\n"]), "no chat"),
    "an error inside": (sends([chunk("Hi"), event({"error": {"message": "overloaded"}})]), "fails (APIError)"),
    "a page": (sends([b"<html>502</html>"]), "broke off"),
    "endless": (sends(itertools.repeat(chunk("x" * 50), 10_000)), "does not end"),
    "one endless line": (sends(itertools.repeat(b"x" * 65_536, 2 * MOST_BYTES // 65_536)), "cannot be reached"),
}


@pytest.mark.parametrize("name", FAULTY)
async def test_a_fault_is_told_apart_and_holds_nothing_that_was_sent(
    name: str, server: Loopback, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "STALL_SECONDS", 0.5)
    reply, why = FAULTY[name]
    server.reply = lambda body: reply
    found = await fault(speaker)
    assert found.fault
    assert why in str(found)
    assert "sk-" not in str(found)
    assert found.__cause__ is None


async def test_a_server_that_is_not_there_is_a_fault(server: Loopback) -> None:
    speaker = Speaker(Model("http://127.0.0.1:9/v1", MODEL))
    assert "cannot be reached" in str(await fault(speaker))
    await speaker.close()


@pytest.mark.parametrize(
    "reply",
    [
        sends([chunk("I"), chunk(finish="content_filter"), DONE]),
        sends([event({"choices": [{"index": 0, "delta": {"refusal": "I cannot help."}}]}), DONE]),
    ],
)
async def test_a_refusal_is_no_fault_of_the_server(reply: Reply, server: Loopback, speaker: Speaker) -> None:
    server.reply = lambda body: reply
    for _ in range(FAULTS + 1):
        assert str(await fault(speaker)) == "the model refuses"
    assert len(server.heard) == FAULTS + 1


async def test_a_count_that_does_not_come_is_not_waited_for(
    server: Loopback, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "USAGE_SECONDS", 0.1)
    server.reply = lambda body: sends([*pieces(TEXT), chunk(finish="stop"), 5.0, usage(7)])
    assert await heard(speaker) == TEXT


async def test_a_server_that_keeps_failing_is_left_alone_and_then_tried_by_one(
    server: Loopback, speaker: Speaker, clock: Clock
) -> None:
    server.reply = lambda body: refuses(500)
    for _ in range(FAULTS):
        await fault(speaker)
    assert not (await fault(speaker)).fault
    assert len(server.heard) == FAULTS
    clock.now += PAUSE_SECONDS
    server.reply = lambda body: sends([0.2, *pieces(TEXT), chunk(finish="stop"), DONE])
    tries = await asyncio.gather(heard(speaker), heard(speaker), return_exceptions=True)
    assert tries[0] == TEXT
    assert isinstance(tries[1], Unspoken)
    assert await heard(speaker) == TEXT  # it is well again, for everyone


async def test_a_server_that_fails_again_is_left_alone_for_longer(
    server: Loopback, speaker: Speaker, clock: Clock
) -> None:
    server.reply = lambda body: refuses(500)
    for _ in range(FAULTS):
        await fault(speaker)
    clock.now += PAUSE_SECONDS
    await fault(speaker)
    clock.now += PAUSE_SECONDS
    await fault(speaker)
    assert len(server.heard) == FAULTS + 1
    clock.now += PAUSE_SECONDS
    await fault(speaker)
    assert len(server.heard) == FAULTS + 2


async def test_an_answer_that_nobody_wants_any_more_is_let_go(server: Loopback, speaker: Speaker) -> None:
    server.reply = lambda body: sends(itertools.chain([chunk("x")], itertools.repeat(0.05)))
    answer = speaker.answer(HELLO)
    async for _ in answer:
        break
    await answer.aclose()
    server.reply = lambda body: says(TEXT)
    assert await heard(speaker) == TEXT


async def test_an_option_that_a_model_does_not_take_is_left_out_from_then_on(
    server: Loopback, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    def picky(body: dict[str, object]) -> Reply:
        wrong = next((name for name in ("temperature", "max_tokens") if name in body), None)
        return refuses(400, {"error": {"message": "unsupported", "param": wrong}}) if wrong else says(TEXT)

    server.reply = picky
    with caplog.at_level(logging.INFO, "bot.tutor.speaker"):
        assert await heard(speaker) == TEXT
        assert await heard(speaker) == TEXT
    assert len(server.heard) == 4
    assert server.heard[-1]["max_completion_tokens"] == speaking.ANSWER_TOKENS


async def test_no_log_holds_the_key_or_what_was_asked(
    server: Loopback, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await heard(speaker)
        server.reply = lambda body: refuses(401)
        await fault(speaker)
    assert caplog.records
    assert "sk-" not in caplog.text
    assert HELLO[0]["content"] not in caplog.text


async def test_another_bad_request_is_a_fault(server: Loopback, speaker: Speaker) -> None:
    server.reply = lambda body: refuses(400, {"error": {"message": "no", "param": "messages"}})
    assert "answers 400" in str(await fault(speaker))
