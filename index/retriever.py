"""Answers for the bot and the terminal: the lesson index of a data folder, and the encoder behind it.

Loading the encoder takes seconds and a first build takes longer. Both happen in one worker thread, which
alone ever touches the encoder; until it is done, answers come from the words alone, in another thread.
"""

import asyncio
import concurrent.futures
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from content.catalogue import Catalogue
from foundation.errors import GradusError
from index.answers import Answer, Encoding, Turn, answer
from index.build import BuildReport, Progress, build_index, titled, unchanged
from index.elsewhere import encoded
from index.embedding import bundled_model, load_encoder
from index.lexical import Lexicon, write_lexicon
from index.library import Library
from index.passages import Passage, lesson_passages
from index.search import Index
from index.storage import DamagedError, content_of

if TYPE_CHECKING:
    from index.embedding import Encoder

log = logging.getLogger(__name__)

Made = TypeVar("Made")


@dataclass(frozen=True)
class Ready:
    """What the worker thread has made ready: the lessons' index, and the encoder that asks it."""

    library: Library
    index: Index
    encoding: Encoding
    encoder: "Encoder"


@dataclass(frozen=True)
class Words:
    """What answers while that is being made: the same lessons by words alone."""

    library: Library
    index: "WordIndex"


class Retriever:
    """Answers questions from the lessons of a catalogue; keeps its index in a folder of its own.

    Close it when done. `ask` is for an event loop, `ask_now` for everything else.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        folder: Path,
        *,
        model: str | None = None,
        say: Callable[[str], None] = lambda line: None,
        progress: Progress = lambda done, total: None,
        timer: Callable[[], float] = time.perf_counter,
        load: "Callable[[str | None], Encoder]" = load_encoder,
        at_once: bool = True,
    ) -> None:
        """Start making ready, in the background.

        Args:
            folder: where the index lies; it is made where it is missing, stale, damaged or another model's.
            model: the encoder's name or folder; the bundled one, if None.
            say: told in a line what takes a while and what went wrong; called from the worker thread.
            progress: called with the passages embedded and those to embed, from the worker thread.
            timer: seconds of a clock that only runs forward.
            load: gives the encoder of that name; called once, in the worker thread.
            at_once: start now; else when something is first asked of it.
        """
        self._folder = folder
        self._model = model
        self._say = say
        self._progress = progress
        self._timer = timer
        self._load = load
        self._closing = threading.Event()
        self._scratch = tempfile.TemporaryDirectory(prefix="gradus-words-", ignore_cleanup_errors=True)
        self._worker = concurrent.futures.ThreadPoolExecutor(1, "gradus-encoder")
        self._reader = concurrent.futures.ThreadPoolExecutor(1, "gradus-words")
        self._builder = concurrent.futures.ThreadPoolExecutor(1, "gradus-renewal")
        self._catalogue = catalogue
        self._beginning = threading.Lock()
        self._making: tuple[concurrent.futures.Future[Words], concurrent.futures.Future[Ready]] | None = None
        if at_once:
            self._begin()

    def _begin(self) -> "tuple[concurrent.futures.Future[Words], concurrent.futures.Future[Ready]]":
        """What answers by words and what answers by meaning, both begun if they were not."""
        with self._beginning:
            if self._making is None:
                library, passages = Library(self._catalogue), tuple(lesson_passages(self._catalogue))
                self._making = (
                    self._reader.submit(self._by_word_alone, library, passages),
                    self._worker.submit(self._make_ready_or_tell, library, passages),
                )
            return self._making

    @property
    def _words(self) -> "concurrent.futures.Future[Words]":
        return self._begin()[0]

    @property
    def _ready(self) -> "concurrent.futures.Future[Ready]":
        return self._begin()[1]

    @property
    def ready(self) -> bool:
        """Whether answers use the encoder by now."""
        if self._making is None:
            return False
        return self._ready.done() and not self._ready.cancelled() and self._ready.exception() is None

    async def wait_until_ready(self) -> None:
        """Return once the encoder and the index are ready.

        Raises:
            GradusError: they will not be, and why.
        """
        await asyncio.wrap_future(self._ready)

    def wait(self) -> None:
        """Return once the encoder and the index are ready, or known not to be: then `say` has been told why."""
        concurrent.futures.wait([self._ready])

    async def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The answer to `question`, in the light of earlier turns; never waits for the encoder to load."""
        self._begin()  # here: in the thread that waits for the words they would never be made
        executor, work = (self._worker, self._by_meaning) if self.ready else (self._reader, self._by_words)
        return await asyncio.get_running_loop().run_in_executor(executor, work, question, tuple(history))

    def ask_now(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The same for a caller without an event loop; waits until the encoder is ready, or known not to be.

        Raises:
            GradusError: the retriever was closed.
        """
        self.wait()
        if self._closing.is_set():
            raise _ClosedError
        executor, work = (self._worker, self._by_meaning) if self.ready else (self._reader, self._by_words)
        return executor.submit(work, question, tuple(history)).result()

    async def in_worker(self, work: Callable[[], Made]) -> Made:
        """`work()`, which may use `encoder`, in the thread that owns it; waits until it is ready.

        Raises:
            GradusError: it will not be, and why.
        """
        await self.wait_until_ready()
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def encoder(self) -> "Encoder":
        """The encoder, for what `in_worker` runs and for nobody else."""
        return self._ready.result().encoder

    async def renew(self, catalogue: Catalogue) -> BuildReport:
        """Answer from this catalogue's lessons once their index is whole, and from those of before until then.

        Raises:
            GradusError: the encoder is not ready and will not be, or the index cannot be written.
        """
        await self.wait_until_ready()
        return await asyncio.get_running_loop().run_in_executor(self._builder, self._renew, catalogue)

    def close(self) -> None:
        """End the threads; a build under way stops at its next passages and leaves the index of before."""
        self._closing.set()
        for executor in (self._reader, self._builder, self._worker):
            executor.shutdown(wait=True, cancel_futures=True)
        self._scratch.cleanup()

    def _by_meaning(self, question: str, history: Sequence[Turn]) -> Answer:
        made = self._ready.result()
        return answer(question, history, made.library, made.index, made.encoding, self._timer)

    def _by_words(self, question: str, history: Sequence[Turn]) -> Answer:
        made = self._words.result()
        return answer(question, history, made.library, made.index, None, self._timer)

    def _by_word_alone(self, library: Library, passages: tuple[Passage, ...]) -> Words:
        return Words(library, WordIndex(passages, Path(tempfile.mkdtemp(dir=self._scratch.name))))

    def _renew(self, catalogue: Catalogue) -> BuildReport:
        """A build of its own thread with an encoder of its own: the worker goes on answering meanwhile."""
        library, passages = Library(catalogue), tuple(lesson_passages(catalogue))
        before = self._ready.result()
        report = unchanged(passages, self._folder, before.index.identity)
        if report is None:
            report = build_index(passages, self._folder, self._load(self._model), self._built)
        made = Ready(library, Index.open(self._folder, before.index.identity), before.encoding, before.encoder)
        self._making = _done(self._by_word_alone(library, passages)), _done(made)
        return report

    def _make_ready_or_tell(self, library: Library, passages: tuple[Passage, ...]) -> Ready:
        """What goes wrong is said before anyone who waits goes on, and so before an answer that shows it."""
        try:
            return self._make_ready(library, passages)
        except _ClosedError:
            raise
        except GradusError as error:
            self._say(f"{error}; answers come from the words alone")
            raise
        except Exception as error:
            log.exception("the encoder cannot be made ready")
            self._say(f"the encoder cannot be made ready ({type(error).__name__}); answers come from the words alone")
            raise

    def _make_ready(self, library: Library, passages: tuple[Passage, ...]) -> Ready:
        encoder = self._load(self._model)
        self._stop_if_closing()
        index = self._current_index(encoder, passages)
        return Ready(library, index, Encoding(encoder.encode_query, encoded(encoder)), encoder)

    def _current_index(self, encoder: "Encoder", passages: tuple[Passage, ...]) -> Index:
        """The index in the folder, brought up to date first where it has to be."""
        why = self._why_build(encoder, passages)
        if why:
            self._say(f"{why}: making the index of {len(passages)} passages, answering by words meanwhile")
            build_index(passages, self._folder, encoder, self._built)
        return Index.open(self._folder, encoder.identity)

    def _why_build(self, encoder: "Encoder", passages: tuple[Passage, ...]) -> str:
        """Why the index in the folder cannot be used as it is; empty where it can."""
        if not self._folder.exists():
            return "no index yet"
        try:
            index = Index.open(self._folder)
        except DamagedError:
            return "the index is damaged"
        except GradusError:
            return "no index yet"
        if index.identity != encoder.identity:
            return f"the index was made by another encoder ({index.identity.id})"
        return "" if index.manifest.content == content_of(passages) else "the lessons have changed"

    def _built(self, done: int, total: int) -> None:
        self._stop_if_closing()
        self._progress(done, total)

    def _stop_if_closing(self) -> None:
        if self._closing.is_set():
            raise _ClosedError


def _done(result: Made) -> "concurrent.futures.Future[Made]":
    """A future that holds its result already."""
    future: concurrent.futures.Future[Made] = concurrent.futures.Future()
    future.set_result(result)
    return future


class _ClosedError(GradusError):
    """The retriever was closed before it was ready."""

    def __init__(self) -> None:
        super().__init__("Gradus is shutting down; ask again when it is back")


class WordIndex(Index):
    """An index of words alone, made in a moment; it gives only lexical searches."""

    def __init__(self, passages: Sequence[Passage], folder: Path) -> None:
        """Args:
        folder: an empty one, for as long as the index is used.
        """
        write_lexicon(folder, [titled(passage, passage.text) for passage in passages], _common_words())
        self.passages = tuple(passages)
        self._lexicon = Lexicon(folder, len(passages))


def _common_words() -> tuple[str, ...]:
    """English words that are right even where no lesson has them: those of the bundled model's vocabulary."""
    try:
        lines = (bundled_model() / "vocab.txt").read_text("utf-8").splitlines()
    except (GradusError, OSError):
        return ()
    return tuple(word for word in lines if len(word) > 2 and word.isalpha())
