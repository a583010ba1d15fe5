"""Faithfulness measured: how near every sentence of an answer is to the passages it is said to rest on.

    python -m tests.benchmarks.faithfulness [--url URL --model NAME] [--questions N] [--seed N] [--show]

The lessons' own words over the whole development set; a language model's over N of its questions, where GRADUS_LLM_URL
or --url names a server: as the model wrote them, and as learners see them. A sentence's similarity is the cosine with
the nearest sentence of any passage, as the check itself sees it; `--show` prints every answer of the model.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.assembly import STORES
from bot.settings import load_settings
from bot.terminal import bar
from bot.tutor.budget_store import Limits
from bot.tutor.grounding import Grounding, Verdict
from bot.tutor.rules import Message, told_of
from bot.tutor.sentences import Cutter
from bot.tutor.speaker import Model, Piece, Speaker
from bot.tutor.speaking import Asker, Speaking
from content.catalogue import Catalogue, load
from foundation.clock import utc_now
from foundation.database import DatabaseThread, migrate
from foundation.store import LearnerStore
from index.answers import Answer
from index.embedding import Floats
from index.evaluation import Question, read_questions
from index.excerpts import sentences_of
from index.retriever import Retriever

PERSON = 1
UNLIMITED = Limits(10**12, 10**12)


@dataclass
class Remembered:
    """An encoder's vectors of sentences, each made once: most answers share their lessons with others."""

    encode: Callable[[Sequence[str]], Floats]
    known: dict[str, Floats] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Rows of unit length, as the encoder gives them."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.encode(new) if new else (), strict=True))
        return np.array([self.known[text] for text in texts], np.float32)


@dataclass
class Told:
    """The verdicts on all sentences of some answers."""

    verdicts: list[Verdict] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.verdicts:
            return "no sentences"
        near = np.array([one.similarity for one in self.verdicts])
        supported = np.mean([one.supported for one in self.verdicts])
        return (
            f"{len(near):6} sentences   similarity: mean {near.mean():.3f}, "
            f"5th percentile {np.percentile(near, 5):.3f}   supported {supported:6.1%}"
        )


class Overheard(Speaker):
    """A speaker that remembers what the model wrote last."""

    last = ""

    async def answer(self, messages: Sequence[Message]) -> AsyncGenerator[Piece, None]:
        """The same, remembered."""
        self.last = ""
        async for piece in super().answer(messages):
            self.last += piece.text
            yield piece


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, and print; nothing is asked of these figures, so the exit status is 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.faithfulness", description="Faithfulness measured."
    )
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("GRADUS_LLM")})
    parser.add_argument("--url", default=settings.llm_url)
    parser.add_argument("--model", default=settings.llm_model)
    parser.add_argument("--questions", type=int, default=60, help="asked of the model")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args(arguments)
    if given.url and not given.model:
        parser.error("name the --model that is served there")
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    model = Model(given.url, given.model, key, seconds=300.0, first_seconds=120.0) if given.url else None
    catalogue = load()
    with tempfile.TemporaryDirectory(prefix="gradus-bench-") as folder:
        retriever = Retriever(catalogue, Path(folder) / "index")
        try:
            asyncio.run(_measure(retriever, catalogue, Path(folder), model, given))
        finally:
            retriever.close()
    return 0


async def _measure(
    retriever: Retriever, catalogue: Catalogue, folder: Path, model: Model | None, given: argparse.Namespace
) -> None:
    await retriever.wait_until_ready()
    questions = read_questions()
    answers: list[tuple[Question, Answer]] = []
    own, encode = Told(), Remembered(retriever.encoder().encode_sentences)
    with bar("the lessons' own words") as advance:
        for done, question in enumerate(questions, start=1):
            answer = await retriever.ask(question.question, question.history)
            if answer.verdict == "answer":
                answers.append((question, answer))
                own.verdicts += await _verdicts(retriever, encode, answer, catalogue, sentences_of(answer.answer))
            advance(done, len(questions))
    print(f"{'lessons, ' + str(len(answers)) + ' answers':32}{own}", flush=True)
    if model is None:
        print("no language model: name one with GRADUS_LLM_URL and GRADUS_LLM_MODEL, or --url and --model")
        return
    chosen = random.Random(given.seed).sample(answers, min(given.questions, len(answers)))
    await _measure_model(retriever, encode, catalogue, folder, model, chosen, given)


async def _measure_model(
    retriever: Retriever,
    encode: Remembered,
    catalogue: Catalogue,
    folder: Path,
    model: Model,
    chosen: Sequence[tuple[Question, Answer]],
    given: argparse.Namespace,
) -> None:
    migrate(folder / "bench.sqlite3", [store.migrations for store in STORES])
    database = DatabaseThread(folder / "bench.sqlite3")
    await database.run(lambda base: LearnerStore().learner_for(base, PERSON, utc_now()))
    speaker = Overheard(model)
    speaking = Speaking(speaker, retriever, lambda: catalogue, database, UNLIMITED)
    written, seen = Told(), Told()
    stand, seconds = 0, 0.0
    with bar(model.name) as advance:
        for done, (question, answer) in enumerate(chosen, start=1):
            started = time.perf_counter()
            worded = await speaking.word(answer, (), Asker(PERSON, None), utc_now(), lambda text: True)
            seconds += time.perf_counter() - started
            cutter = Cutter()
            raw = [one.text for one in (*cutter.add(speaker.last), *cutter.end())]
            before = await _verdicts(retriever, encode, answer, catalogue, raw)
            written.verdicts += before
            if worded is not None:
                stand += 1
                seen.verdicts += [one for one in before if one.supported]
            if given.show:
                _show(question, speaker.last, worded.answer.answer if worded else None, raw, before)
            advance(done, len(chosen))
    await speaking.close()
    database.close()
    print(f"{model.name + ', as written':32}{written}")
    print(f"{model.name + ', as shown':32}{seen}")
    print(f"answers that stand in its words: {stand} of {len(chosen)}; {seconds / max(1, len(chosen)):.1f} s an answer")


async def _verdicts(
    retriever: Retriever, encode: Remembered, answer: Answer, catalogue: Catalogue, sentences: Sequence[str]
) -> list[Verdict]:
    texts = [one.text for one in told_of(answer, catalogue)]

    def check() -> list[Verdict]:
        grounding = Grounding(encode, texts)
        return [grounding.check(sentence) for sentence in sentences]

    return await retriever.in_worker(check)


def _show(
    question: Question, raw: str, shown: str | None, sentences: Sequence[str], verdicts: Sequence[Verdict]
) -> None:
    print(f"\n=== {question.id}: {question.question}\n--- written:\n{raw.strip()}\n--- checked:")
    for sentence, verdict in zip(sentences, verdicts, strict=True):
        print(f"{'ok ' if verdict.supported else '-- '}{verdict.similarity:.2f} [{verdict.passage}] {sentence}")
    print(f"--- shown:\n{shown or '(the lessons own words)'}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
