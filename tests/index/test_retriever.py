"""The retriever over a data folder: at once by words, then by meaning, whatever state the folder is in."""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from content.catalogue import Catalogue
from foundation.errors import GradusError
from index.build import build_index
from index.embedding import Encoder, Floats, Halves
from index.passages import lesson_passages
from index.retriever import Retriever
from index.search import Index
from index.storage import content_of, current
from tests.index.stand_in import StandIn, labelled

Open = Callable[..., Retriever]

DROPOUT = "why does dropout help against overfitting?"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opened(catalogue: Catalogue, tmp_path: Path, said: list[str]) -> Iterator[Open]:
    """Opens retrievers that are closed when the test ends."""
    made: list[Retriever] = []

    def opens(encoder: Encoder | Callable[[], Encoder], folder: Path = tmp_path / "index") -> Retriever:
        load = encoder if callable(encoder) else lambda: encoder
        made.append(Retriever(catalogue, folder, say=said.append, load=lambda model: load()))
        return made[-1]

    yield opens
    for retriever in made:
        retriever.close()


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("gradus-")}


async def test_answers_come_by_words_while_the_encoder_loads_and_by_meaning_after(
    opened: Open, encoder: Encoder, lessons_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(lessons_folder, tmp_path / "copy")
    held = threading.Event()

    def load() -> Encoder:
        held.wait(30)
        return encoder

    retriever = opened(load, tmp_path / "copy")
    early = await retriever.ask("why does dropout help against overfitting?")
    assert (early.verdict, early.concept, retriever.ready) == ("answer", "dropout", False)
    held.set()
    await retriever.wait_until_ready()
    late = await retriever.ask("why does dropout help against overfitting?")
    assert (late.verdict, late.concept) == ("answer", "dropout")
    assert late.confidence != early.confidence


async def test_the_event_loop_goes_on_while_an_answer_is_made(opened: Open) -> None:
    retriever = opened(StandIn())
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    await retriever.ask("what is dropout?")
    beating.cancel()
    assert beats > 1


def test_a_missing_index_is_made_with_a_line_said(opened: Open, said: list[str], tmp_path: Path) -> None:
    opened(StandIn()).ask_now("what is dropout?")
    assert len(said) == 1
    assert said[0].startswith("no index yet")
    assert Index.open(tmp_path / "index").identity == StandIn().identity


def test_an_index_that_is_up_to_date_is_opened_in_silence(opened: Open, said: list[str]) -> None:
    opened(StandIn()).ask_now("what is dropout?")
    said.clear()
    again = StandIn()
    opened(again).ask_now("what is dropout?")
    assert said == []
    assert not any("Dropout. " in text for text in again.encoded)


def test_an_index_of_other_lessons_is_brought_up_to_date(
    opened: Open, said: list[str], catalogue: Catalogue, tmp_path: Path
) -> None:
    build_index(labelled("old"), tmp_path / "index", StandIn())
    opened(StandIn()).ask_now("what is dropout?")
    assert said[0].startswith("the lessons have changed")
    assert Index.open(tmp_path / "index").manifest.content == content_of(lesson_passages(catalogue))


def test_an_index_of_another_encoder_is_made_anew(opened: Open, said: list[str], tmp_path: Path) -> None:
    build_index(labelled("old"), tmp_path / "index", StandIn("another"))
    opened(StandIn()).ask_now("what is dropout?")
    assert "another encoder (another)" in said[0]
    assert Index.open(tmp_path / "index").identity == StandIn().identity


@pytest.mark.parametrize("name", ["manifest.json", "sentences.faiss", "stems.json"])
def test_a_damaged_index_is_made_anew(opened: Open, said: list[str], tmp_path: Path, name: str) -> None:
    build_index(labelled("old"), tmp_path / "index", StandIn())
    generation = current(tmp_path / "index")
    assert generation is not None
    (generation / name).write_bytes(b"not what was written")
    assert opened(StandIn()).ask_now("what is dropout?").question == "what is dropout?"
    assert said[0].startswith("the index is damaged")


async def test_without_an_encoder_answers_still_come_by_words_and_one_line_says_why(
    opened: Open, said: list[str]
) -> None:
    def load() -> Encoder:
        raise GradusError("the encoder's weights are missing; run `pip install it`")

    retriever = opened(load)
    with pytest.raises(GradusError, match="weights are missing"):
        await retriever.wait_until_ready()
    found = await retriever.ask("why does dropout help against overfitting?")
    assert (found.verdict, found.concept) == ("answer", "dropout")
    now = retriever.ask_now("why does dropout help against overfitting?")
    assert (now.verdict, now.answer, now.confidence) == (found.verdict, found.answer, found.confidence)
    assert said == ["the encoder's weights are missing; run `pip install it`; answers come from the words alone"]


def test_an_encoder_that_fails_unforeseen_is_one_line_and_answers_come_by_words(opened: Open, said: list[str]) -> None:
    def load() -> Encoder:
        raise MemoryError

    assert opened(load).ask_now("why does dropout help against overfitting?").concept == "dropout"
    assert said == ["the encoder cannot be made ready (MemoryError); answers come from the words alone"]


def test_a_folder_that_cannot_be_made_is_one_line_and_answers_come_by_words(
    opened: Open, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    retriever = opened(StandIn(), tmp_path / "file" / "index")
    assert [retriever.ask_now("why does dropout help?").concept for _ in range(2)] == ["dropout"] * 2
    making, why = said
    assert making.startswith("no index yet")
    assert why.startswith("cannot write in ")
    assert why.endswith("; answers come from the words alone")
    assert "\n" not in why


def test_a_closed_retriever_refuses(opened: Open) -> None:
    retriever = opened(StandIn())
    retriever.close()
    with pytest.raises(GradusError, match="shutting down"):
        retriever.ask_now("what is dropout?")


def test_two_at_once_on_one_new_folder_both_answer(opened: Open) -> None:
    first, second = opened(StandIn()), opened(StandIn())
    questions = ("what is dropout?", "what is attention?")
    one, other = ([retriever.ask_now(question) for question in questions] for retriever in (first, second))
    assert [found.question for found in one] == ["what is dropout?", "what is attention?"]
    assert [(found.verdict, found.concepts) for found in one] == [(found.verdict, found.concepts) for found in other]


def test_closing_ends_the_threads_and_stops_a_build(catalogue: Catalogue, tmp_path: Path) -> None:
    before = threads()
    loaded = threading.Event()

    def load(model: str | None) -> Encoder:
        loaded.wait(30)
        return StandIn(seconds=5.0)

    retriever = Retriever(catalogue, tmp_path / "index", load=load)
    threading.Timer(0.2, loaded.set).start()
    start = time.monotonic()
    retriever.close()
    assert time.monotonic() - start < 20
    assert threads() <= before
    assert current(tmp_path / "index") is None


async def test_changed_lessons_are_taken_up_while_it_answers_from_the_old_ones(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    fewer = replace(catalogue, lessons={id: one for id, one in catalogue.lessons.items() if id != "dropout"})
    building, go_on = threading.Event(), threading.Event()

    class Slow(StandIn):
        def encode_passages(self, sentences: Sequence[str], texts: Sequence[str]) -> tuple[Floats, list[Halves]]:
            building.set()
            go_on.wait(30)
            return super().encode_passages(sentences, texts)

    encoders: list[Encoder] = [StandIn(), Slow()]
    retriever = Retriever(fewer, tmp_path / "index", load=lambda model: encoders.pop(0))
    try:
        await retriever.wait_until_ready()
        renewal = asyncio.create_task(retriever.renew(catalogue))
        await asyncio.to_thread(building.wait, 30)
        assert "dropout" not in {one.concept for one in (await retriever.ask(DROPOUT)).passages}
        assert not renewal.done()
        go_on.set()
        report = await renewal
        assert report.changed
        assert report.embedded > 0
        assert "dropout" in {one.concept for one in (await retriever.ask(DROPOUT)).passages}
        assert len(Index.open(tmp_path / "index")) == report.passages
    finally:
        go_on.set()
        retriever.close()


async def test_renewing_what_has_not_changed_loads_no_second_encoder(catalogue: Catalogue, tmp_path: Path) -> None:
    encoders: list[Encoder] = [StandIn()]
    retriever = Retriever(catalogue, tmp_path / "index", load=lambda model: encoders.pop(0))
    try:
        report = await retriever.renew(catalogue)
        assert not report.changed
        assert encoders == []
    finally:
        retriever.close()


async def test_the_encoder_is_lent_in_its_own_thread_once_it_is_ready(opened: Open) -> None:
    retriever = opened(StandIn())
    thread, rows = await retriever.in_worker(
        lambda: (threading.current_thread().name, retriever.encoder().encode_sentences(["a", "b"]))
    )
    assert thread.startswith("gradus-encoder")
    assert len(rows) == 2


async def test_an_encoder_that_never_comes_is_not_lent(opened: Open) -> None:
    def load() -> Encoder:
        raise GradusError("the weights are damaged")

    with pytest.raises(GradusError, match="damaged"):
        await opened(load).in_worker(lambda: None)


async def test_what_nobody_asks_for_is_not_loaded(catalogue: Catalogue, tmp_path: Path) -> None:
    loaded: list[str | None] = []

    def load(model: str | None) -> Encoder:
        loaded.append(model)
        return StandIn()

    retriever = Retriever(catalogue, tmp_path / "index", load=load, at_once=False)
    retriever.close()
    assert not retriever.ready
    assert loaded == []
    retriever = Retriever(catalogue, tmp_path / "index", load=load, at_once=False)
    assert len(await retriever.in_worker(lambda: retriever.encoder().encode_sentences(["a"]))) == 1
    retriever.close()
    assert loaded == [None]


async def test_what_was_put_off_begins_with_the_first_question_and_answers_it(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """It once waited for words in the very thread that was to make them."""
    retriever = Retriever(catalogue, tmp_path / "index", load=lambda model: StandIn(), at_once=False)
    answer = await asyncio.wait_for(retriever.ask(DROPOUT), 30)
    retriever.close()
    assert answer.question == DROPOUT
