import asyncio
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest

from bot.demo.clock import DemoClock
from bot.demo.preview import typed_command
from bot.demo.server import listen, open_demo, run_demo
from foundation.errors import GradusError
from tests.bot.demo.small_bot import SmallBot
from tests.bot.demo.tabs import Tab


async def test_a_question_typed_as_the_hint_says_is_answered_within_a_second(
    demo: str, web: aiohttp.ClientSession
) -> None:
    tab = await Tab.open(web, demo)
    begun = time.perf_counter()
    await tab.says("/ask why does dropout help?")
    await tab.sees("You asked: why does dropout help?")
    assert time.perf_counter() - begun < 1


async def test_what_the_bot_posts_by_itself_appears(demo: str, web: aiohttp.ClientSession, bot: SmallBot) -> None:
    tab = await Tab.open(web, demo, "training")
    channel = discord.utils.get(bot.get_all_channels(), name="training")
    assert isinstance(channel, discord.TextChannel)
    await channel.send("run 7 is done")
    assert await tab.sees("run 7 is done") < 1


async def test_what_another_person_writes_appears_in_every_tab(demo: str, web: aiohttp.ClientSession) -> None:
    mine, theirs = await Tab.open(web, demo, "ask", "You"), await Tab.open(web, demo, "ask", "Ada")
    await theirs.says("good morning")
    assert await mine.sees("good morning") < 1


async def test_quick_actions_from_two_tabs_are_all_done(demo: str, web: aiohttp.ClientSession) -> None:
    tabs = [await Tab.open(web, demo, "ask", "You"), await Tab.open(web, demo, "study-hall", "Grace")]

    async def chatter(tab: Tab) -> list[dict[str, Any]]:
        return [await tab.says(f"line {number}") for number in range(12)]

    receipts = [receipt for some in await asyncio.gather(*map(chatter, tabs)) for receipt in some]
    assert {(receipt["rejected"], receipt["settlement"]) for receipt in receipts} == {(False, "settled")}
    for tab in tabs:
        assert await tab.texts() == [f"line {number}" for number in range(12)]


async def test_an_action_on_a_page_that_has_moved_on_is_done(demo: str, web: aiohttp.ClientSession) -> None:
    mine, theirs = await Tab.open(web, demo, "ask", "You"), await Tab.open(web, demo, "ask", "Ada")
    for number in range(3):
        await theirs.says(f"news {number}")
    assert not (await mine.says("late to the party"))["rejected"]


async def test_a_slow_answer_holds_up_nobody_and_appears_when_it_comes(demo: str, web: aiohttp.ClientSession) -> None:
    slow, other = await Tab.open(web, demo), await Tab.open(web, demo, "study-hall", "Ada")
    assert (await slow.says("/slow"))["settlement"] == "settled"
    begun = time.perf_counter()
    await other.says("meanwhile")
    assert time.perf_counter() - begun < 1
    await slow.sees("that took a while")


async def test_a_button_answers_only_who_pressed(demo: str, web: aiohttp.ClientSession) -> None:
    mine, theirs = await Tab.open(web, demo, "ask", "You"), await Tab.open(web, demo, "ask", "Ada")
    await mine.says("/ask how in code?")
    await theirs.sees("how in code?")
    await mine.presses("Code")
    await mine.sees("nn.Dropout(0.5)")
    assert not any("nn.Dropout" in text for text in await theirs.texts())


@pytest.mark.parametrize("label", ["More", "Ponder"])
async def test_a_form_opens_even_when_the_bot_is_slow_and_its_answer_appears(
    demo: str, web: aiohttp.ClientSession, label: str
) -> None:
    tab = await Tab.open(web, demo)
    await tab.says("/ask first")
    await tab.sees("first")
    await tab.presses(label)
    modal = await tab.form()
    field = next(iter(_custom_ids(modal["payload"]["components"])))
    await tab.act("modal_submit", modal_handle=modal["handle"], values={field: "and then?"})
    await tab.sees("asked in a form: and then?")
    assert (await tab.state())["modal"] is None


async def test_a_mention_typed_by_name_reaches_the_bot(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo, "study-hall", "Grace")
    await tab.says("hello @gradus, what is a gradient?")
    await tab.sees("Grace asked by message")


async def test_each_person_has_direct_messages_of_their_own(demo: str, web: aiohttp.ClientSession) -> None:
    ada, grace = await Tab.open(web, demo, "Gradus", "Ada"), await Tab.open(web, demo, "Gradus", "Grace")
    await ada.says("what is dropout?")
    await ada.sees("Ada asked by message")
    assert await grace.texts() == []


async def test_the_menu_of_a_message_runs_the_bots_command(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo, "ask", "Ada")
    await tab.says("weights decay")
    message = (await tab.state())["timeline"][-1]
    assert await tab.uses_menu("Explain this", message) == 200
    await tab.sees("explained Ada")
    assert await tab.uses_menu("Delete everything", message) == 400
    assert await tab.uses_menu("Explain this", "1") == 400


async def test_a_thread_stands_under_its_channel_and_can_be_opened(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo)
    await tab.says("/ask first")
    await tab.sees("first")
    await tab.presses("Thread")
    await tab.sees("more on dropout")
    names = [place["name"] for place in (await tab.shell())["places"]]
    assert names[:2] == ["ask", "more on dropout"]
    await tab.look_at("more on dropout", "Ada")
    await tab.sees("let us go on here")


async def test_a_thread_that_is_deleted_under_a_tab_hinders_nobody(
    demo: str, web: aiohttp.ClientSession, bot: SmallBot
) -> None:
    inside, outside = await Tab.open(web, demo), await Tab.open(web, demo, "ask", "Ada")
    await inside.says("/ask first")
    await inside.sees("first")
    await inside.presses("Thread")
    await inside.sees("more on dropout")
    await inside.look_at("more on dropout", "You")
    await inside.sees("let us go on here")
    await next(iter(bot.guilds[0].threads)).delete()
    assert await inside.texts() == []
    assert (await outside.says("/ask second"))["settlement"] == "settled"
    await outside.sees("second")
    assert "more on dropout" not in [place["name"] for place in (await outside.shell())["places"]]


async def test_a_day_ahead_brings_what_the_day_would_have_brought(
    demo: str, web: aiohttp.ClientSession, bot: SmallBot
) -> None:
    tab = await Tab.open(web, demo, "daily-quiz")
    before = datetime.fromisoformat((await tab.shell())["now"])
    bot.ticks.clear()
    await tab.jumps("day")
    after = datetime.fromisoformat((await tab.shell())["now"])
    assert timedelta(days=1) <= after - before < timedelta(days=1, seconds=10)
    assert len(bot.ticks) >= 24
    assert all(
        timedelta(0) < b - a < timedelta(hours=1, seconds=10) for a, b in zip(bot.ticks, bot.ticks[1:], strict=False)
    )
    await tab.says("what time is it?")
    message = (await tab.state())["timeline"][-1]
    written = datetime.fromisoformat(tab_message(await tab.state(), message)["timestamp"])
    assert abs(written - after) < timedelta(seconds=10)


async def test_the_quiz_of_a_morning_is_there_after_the_jump_over_it(web: aiohttp.ClientSession) -> None:
    bot = SmallBot()
    clock = DemoClock(lambda: datetime(2026, 11, 21, 8, 10, tzinfo=UTC))
    async with open_demo(lambda: bot, listener=listen(0), clock=clock, tick=bot.tick) as address:
        tab = await Tab.open(web, address, "daily-quiz")
        assert await tab.texts() == []
        await tab.jumps("hour")
        await tab.sees("the quiz of 21 November")


async def test_a_periodic_task_that_fails_is_logged_and_the_demo_goes_on(
    web: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async def tick(now: datetime) -> None:
        raise RuntimeError("no such table")

    async with open_demo(SmallBot, listener=listen(0), clock=DemoClock(), tick=tick) as address:
        tab = await Tab.open(web, address)
        await tab.jumps("hour")
        await tab.says("/ask still there?")
        await tab.sees("still there?")
    assert "no such table" in caplog.text


async def test_people_and_places_keep_their_ids_from_one_demo_to_the_next(web: aiohttp.ClientSession) -> None:
    starts = []
    for day in (1, 9):
        clock = DemoClock(lambda day=day: datetime(2026, 11, day, tzinfo=UTC))  # type: ignore[misc]
        async with open_demo(SmallBot, listener=listen(0), clock=clock) as address:
            tab = await Tab.open(web, address)
            shells = [await tab.shell(person["id"]) for person in (await tab.shell())["people"]]
            starts.append([(one["person"], [place["id"] for place in one["places"]]) for one in shells])
    assert starts[0] == starts[1]


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(GradusError) as refusal:
            listen(port)
    assert str(refusal.value) == f"port {port} is taken: choose another with --port N"


async def test_a_bot_that_cannot_start_says_why_and_leaves_the_port_free(free_port: int) -> None:
    class Broken(SmallBot):
        async def setup_hook(self) -> None:
            raise GradusError("a lesson is broken")

    with pytest.raises(GradusError, match="a lesson is broken"):
        async with open_demo(Broken, listener=listen(free_port), clock=DemoClock()):
            pytest.fail("the demo began with a broken bot")
    socket.create_server(("127.0.0.1", free_port)).close()


async def test_only_this_machine_is_served(demo: str) -> None:
    port = int(demo.rsplit(":", 1)[1].strip("/"))
    # Loopback has many addresses: a server that listened everywhere would answer on this one too.
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.2", port)


PATHS = ["/", "/app.js", "/view/1/1", "/demo/state", "/demo/shell.js", "/api/state"]


@pytest.mark.parametrize("path", PATHS)
async def test_another_hosts_name_is_refused(demo: str, web: aiohttp.ClientSession, path: str) -> None:
    async with web.get(demo.rstrip("/") + path, headers={"Host": "evil.example"}) as answer:
        assert answer.status in {401, 403}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/demo/state"), ("POST", "/demo/jump"), ("POST", "/demo/menu"), ("POST", "/api/pages"),
     ("GET", "/api/state"), ("POST", "/api/action"), ("GET", "/api/assets/a_1"), ("GET", "/api/commands")],
)  # fmt: skip
@pytest.mark.parametrize("secret", ["", "guess", "guess~1~2~UTC"])
async def test_nothing_is_told_or_done_without_the_secret(
    demo: str, web: aiohttp.ClientSession, method: str, path: str, secret: str
) -> None:
    headers = {"X-Demo-Secret": secret, "X-Simcord-Capability": secret}
    async with web.request(method, demo.rstrip("/") + path, json={}, headers=headers) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("path", ["demo/state", "api/state", "api/pages"])
async def test_headers_that_are_no_text_are_refused(demo: str, caplog: pytest.LogCaptureFixture, path: str) -> None:
    port = int(demo.rsplit(":", 1)[1].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    method = "POST" if path == "api/pages" else "GET"
    writer.write(
        f"{method} /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n".encode()
        + b"X-Demo-Secret: \xff\xfe\r\nX-Simcord-Capability: \xff~1~2~\xfe\r\nContent-Length: 0\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert "Traceback" not in caplog.text


async def test_a_channel_number_without_end_is_refused(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo)
    headers = {"X-Simcord-Capability": f"{tab.secret}~{'9' * 5000}~2~UTC"}
    async with web.post(demo + "api/pages", json={}, headers=headers) as answer:
        assert answer.status == 401


NONSENSE = [
    (b"[" * 100_000, "application/json"),
    (b"{}", "application/json; charset=nonsense"),
    (b'{"message": Infinity, "command": "Explain this"}', "application/json"),
    (b'{"message": "' + b"9" * 5000 + b'", "command": "Explain this"}', "application/json"),
    (b'{"message": {}, "command": []}', "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b"", "multipart/form-data"),
]


@pytest.mark.parametrize("path", ["demo/jump", "demo/menu", "api/action"])
@pytest.mark.parametrize(("body", "kind"), NONSENSE)
async def test_nonsense_is_refused_without_a_word_of_python(
    demo: str, web: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, path: str, body: bytes, kind: str
) -> None:
    tab = await Tab.open(web, demo)
    headers = {**tab.headers, "X-Demo-Secret": tab.secret, "Content-Type": kind}
    async with web.post(demo + path, data=body, headers=headers) as answer:
        told = await answer.text()
        # Preview answers what it can read, and refuses it in its own words.
        assert answer.status == 400 or (path == "api/action" and (await answer.json())["rejected"])
    assert not any(word in told for word in ("int()", "literal", "Error", "None", "dict"))
    assert "Traceback" not in caplog.text


async def test_nobody_is_told_of_python_when_a_person_is_unknown(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo)
    for person in ("x", "1", "9" * 5000, "\u0661"):
        async with web.get(demo + "demo/state", params={"as": person}, headers={"X-Demo-Secret": tab.secret}) as answer:
            assert (answer.status, await answer.text()) == (404, "nobody here has that id")


async def test_another_sites_page_is_refused_even_with_the_secret(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo)
    headers = {"X-Demo-Secret": tab.secret, "Origin": "http://evil.example"}
    async with web.post(demo + "demo/jump", json={"by": "day"}, headers=headers) as answer:
        assert answer.status == 403


async def test_only_the_demo_may_frame_the_channel_and_nobody_the_demo(demo: str, web: aiohttp.ClientSession) -> None:
    async with web.get(demo) as shell, web.get(demo + "view/1/1") as view:
        assert "frame-ancestors 'none'" in shell.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in view.headers["Content-Security-Policy"]
        assert view.headers["X-Frame-Options"] == "SAMEORIGIN"


async def test_nobody_reads_another_persons_direct_messages(demo: str, web: aiohttp.ClientSession) -> None:
    tab = await Tab.open(web, demo)
    shell = await tab.shell()
    direct = next(place["id"] for place in shell["places"] if place["kind"] == "direct")
    ada = next(person["id"] for person in shell["people"] if person["name"] == "Ada")
    headers = {"X-Simcord-Capability": f"{tab.secret}~{direct}~{ada}~UTC"}
    async with web.post(demo + "api/pages", json={}, headers=headers) as answer:
        assert answer.status == 400


async def test_tabs_come_and_go_without_end(demo: str, web: aiohttp.ClientSession) -> None:
    for _ in range(40):
        tab = await Tab.open(web, demo, "ask", "Ada")
        await tab.close()
    tab = await Tab.open(web, demo)
    await tab.says("/ask still there?")
    await tab.sees("still there?")


async def test_the_address_is_all_that_is_said(free_port: int) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    running = asyncio.create_task(
        run_demo(SmallBot, listener=listen(free_port), open_browser=False, clock=DemoClock(), say=lines.put_nowait)
    )
    assert await asyncio.wait_for(lines.get(), 10) == f"http://127.0.0.1:{free_port}/"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert lines.empty()


INTERRUPTED = """
import asyncio
from bot.demo.clock import DemoClock
from bot.demo.server import listen, run_demo
from tests.bot.demo.small_bot import SmallBot
listener = listen(0)
say = lambda line: print(line, flush=True)
asyncio.run(run_demo(SmallBot, listener=listener, open_browser=False, clock=DemoClock(), say=say))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are delivered otherwise there")
async def test_ctrl_c_ends_the_demo_without_a_word_of_python(web: aiohttp.ClientSession) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", INTERRUPTED,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    address = (await asyncio.wait_for(running.stdout.readline(), 30)).decode().strip()
    await Tab.open(web, address)
    running.send_signal(signal.SIGINT)
    _, errors = await asyncio.wait_for(running.communicate(), 10)
    assert running.returncode == 0
    assert "Traceback" not in errors.decode()


ENTRIES: list[dict[str, Any]] = [
    {"invocation": "ask", "commandId": "1", "path": ["ask"], "schemaFingerprint": "a",
     "options": [{"name": "question", "required": True}]},
    {"invocation": "quiz", "commandId": "2", "path": ["quiz"], "schemaFingerprint": "b", "options": []},
    {"invocation": "quiz now", "commandId": "3", "path": ["quiz", "now"], "schemaFingerprint": "c",
     "options": [{"name": "what", "required": False}]},
    {"invocation": "group create", "commandId": "4", "path": ["group", "create"], "schemaFingerprint": "d",
     "options": [{"name": "name", "required": True}, {"name": "topic", "required": True}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "command", "options"),
    [
        ("/ask why does dropout help?", "1", {"question": "why does dropout help?"}),
        ("  /ask two\nlines ", "1", {"question": "two\nlines"}),
        ("/quiz", "2", {}),
        ("/quiz now", "3", {}),
        ("/quiz now dropout", "3", {"what": "dropout"}),
    ],
)
def test_a_command_typed_out_is_run(line: str, command: str, options: dict[str, str]) -> None:
    typed = typed_command(ENTRIES, line)
    assert (typed["kind"], typed["command_id"], typed["options"]) == ("run_command", command, options)


@pytest.mark.parametrize(
    "line", ["/ask", "/asking for a friend", "ask me", "/quiz dropout", "/unknown", "/group create us", ""]
)
def test_what_is_no_whole_command_stays_a_message(line: str) -> None:
    assert typed_command(ENTRIES, line) == {}


def tab_message(page: dict[str, Any], message: str) -> dict[str, Any]:
    found: dict[str, Any] = page["messages"][message]
    return found


def _custom_ids(components: list[dict[str, Any]]) -> list[str]:
    found = []
    for component in components:
        if component.get("custom_id"):
            found.append(component["custom_id"])
        found += _custom_ids([*component.get("components", []), *filter(None, [component.get("component")])])
    return found
