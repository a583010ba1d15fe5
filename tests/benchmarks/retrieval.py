"""Retrieval measured: this index beside txtai's hybrid and bm25s, on questions that nobody here wrote.

    python -m tests.benchmarks.retrieval [--data DIR] [--skip-peers]

DIR holds `corpus.jsonl` ({"id", "title", "text"}) and `questions.jsonl` ({"id", "question", "gold"}); by
default BENCH_RETRIEVAL, or `../shared/retrieval` beside the repository. Figures are printed beside
what is asked of them; the exit status is 1 where one is missed.
"""

import argparse
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.terminal import Advance, bar
from index.build import BuildReport, build_index, titled
from index.embedding import bundled_model, load_encoder
from index.passages import Passage, read_corpus
from index.search import Index

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "retrieval"
SEED = 2018
TYPOS = 2
DEPTH = 10
TIMED = 300
"""Questions timed against a bare encoding, in pairs."""

Ranks = npt.NDArray[np.int64]
Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Question:
    """A question and the id of the paragraph it was asked of."""

    text: str
    gold: str


@dataclass(frozen=True)
class Memory:
    """Of a process, in MB: resident in all, its own, and pages of mapped files (which the system may drop)."""

    resident: float
    own: float
    mapped: float


def main() -> int:
    """Run everything; 0 where every figure asked is reached."""
    arguments = _arguments()
    data: Path = arguments.data
    if not (data / "corpus.jsonl").is_file() or not (data / "questions.jsonl").is_file():
        print(f"no retrieval data at {data}: name its folder with --data or BENCH_RETRIEVAL; nothing measured")
        return 0
    passages, problems = read_corpus(data / "corpus.jsonl")
    for problem in problems:
        print(problem, file=sys.stderr)
    questions = read_questions(data / "questions.jsonl")
    print(f"{len(passages):,} paragraphs, {len(questions):,} questions of {data}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="gradus-bench-") as folder:
        return 0 if measure(passages, questions, Path(folder), peers=not arguments.skip_peers) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.retrieval", description="Retrieval measured.")
    named = os.environ.get("BENCH_RETRIEVAL")
    parser.add_argument("--data", type=Path, default=Path(named) if named else DATA)
    parser.add_argument("--skip-peers", action="store_true", help="leave txtai and bm25s out")
    return parser.parse_args()


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON lines file."""
    entries = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [Question(entry["question"], entry["gold"]) for entry in entries]


def measure(passages: Sequence[Passage], questions: Sequence[Question], folder: Path, *, peers: bool) -> bool:
    """Print every figure; True where all that is asked is reached."""
    typed = [Question(mistyped(one.text, random.Random(f"{SEED}/{n}")), one.gold) for n, one in enumerate(questions)]
    encoder = load_encoder()
    started = time.perf_counter()
    with bar("encoding passages") as show:
        report = build_index(passages, folder / "index", encoder, show)
    seconds = time.perf_counter() - started
    index = Index.open(folder / "index", encoder.identity)
    systems: dict[str, Search] = {"gradus": lambda text: _ids(index.find(text, DEPTH, encoder).hits)}
    if peers:
        systems["txtai hybrid"] = txtai_hybrid(passages)
        systems["bm25s + PyStemmer"] = bm25(passages)
    clean = {name: ranks(search, questions, name) for name, search in systems.items()}
    slipped = {name: ranks(search, typed, f"{name}, typos") for name, search in systems.items()}
    ratio, bare, ours = latency(index, encoder, questions[:TIMED])
    print_quality(clean, slipped)
    reached = list(verdicts(clean, slipped, ratio, extra_memory(folder / "index", questions[0].text)))
    print_costs(report, seconds, bare, ours, cold_start(folder / "index", questions[0].text))
    return all(reached)


def _ids(hits: Iterable[Any]) -> list[str]:
    return [hit.passage.id for hit in hits]


def mistyped(text: str, rng: random.Random, slips: int = TYPOS) -> str:
    """`text` with one slip of the hand in each of `slips` different words of four letters or more.

    Two neighbouring letters swapped, or a letter lost, changed or added; fewer where words are lacking.
    """
    words = list(re.finditer(r"[A-Za-z]{4,}", text))
    chosen = rng.sample(words, min(slips, len(words)))
    for word in sorted(chosen, key=lambda found: -found.start()):
        text = text[: word.start()] + slip(word.group(), rng) + text[word.end() :]
    return text


def slip(word: str, rng: random.Random) -> str:
    """`word` with one slip, never itself."""
    while True:
        place, letter = rng.randrange(len(word)), rng.choice(string.ascii_lowercase)
        rest = word[place + 1 :]
        changed = rng.choice(
            (
                word[:place] + rest[:1] + word[place] + rest[1:],
                word[:place] + rest,
                word[:place] + letter + rest,
                word[:place] + letter + word[place:],
            )
        )
        if changed != word:
            return changed


def txtai_hybrid(passages: Sequence[Passage]) -> Search:
    """txtai's hybrid search at its defaults, over whole titled paragraphs, with the bundled weights."""
    from txtai import Embeddings

    def documents(show: Advance) -> Iterator[tuple[str, str, None]]:
        for done, passage in enumerate(passages, 1):
            yield passage.id, titled(passage, passage.text), None
            show(done, len(passages))

    embeddings: Any = Embeddings(path=str(bundled_model()), hybrid=True)
    with bar("txtai: indexing") as show:
        embeddings.index(documents(show))
    return lambda text: [id for id, _ in embeddings.search(text, DEPTH)]


def bm25(passages: Sequence[Passage]) -> Search:
    """bm25s with its English stop words and PyStemmer, over titled paragraphs."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = bm25s.BM25()
    retriever.index(tokens([titled(passage, passage.text) for passage in passages]), show_progress=False)

    def search(text: str) -> list[str]:
        found, _ = retriever.retrieve(tokens([text]), k=min(DEPTH, len(passages)), show_progress=False)
        return [passages[place].id for place in found[0]]

    return search


def ranks(search: Search, questions: Sequence[Question], name: str) -> Ranks:
    """Where each question's paragraph stands among the first ten, from 1; 0 where it doesn't."""
    places = []
    with bar(name) as show:
        for done, question in enumerate(questions, 1):
            found = list(search(question.text))
            places.append(found.index(question.gold) + 1 if question.gold in found else 0)
            show(done, len(questions))
    return np.array(places)


def recall(places: Ranks, depth: int) -> float:
    """The share, in per cent, of questions whose paragraph is among the first `depth`."""
    return 100 * float(((places > 0) & (places <= depth)).mean())


def reciprocal(places: Ranks) -> float:
    """MRR@10 in per cent."""
    return 100 * float(np.mean([1 / place if place else 0.0 for place in places]))


def latency(index: Index, encoder: Any, questions: Sequence[Question]) -> tuple[float, float, float]:
    """p50 of encoding and searching over p50 of a bare encoding, and both in milliseconds.

    Timed in pairs, one thread each, so that a busy machine slows both alike.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    torch.set_num_threads(1)
    bare: list[float] = []
    ours: list[float] = []

    def encode(text: str) -> object:
        return model.encode(text, show_progress_bar=False)

    def find(text: str) -> object:
        return index.find(text, DEPTH, encoder)

    with bar("timing") as show:
        for done, question in enumerate(questions, 1):
            bare.append(_milliseconds(encode, question.text))
            ours.append(_milliseconds(find, question.text))
            show(done, len(questions))
    p50_bare, p50_ours = float(np.median(bare)), float(np.median(ours))
    return p50_ours / p50_bare, p50_bare, p50_ours


def _milliseconds(act: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    act(text)
    return 1000 * (time.perf_counter() - started)


_ENCODES = """
import sys
from sentence_transformers import SentenceTransformer
from index.embedding import bundled_model
model = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
for _ in range(20):
    model.encode(sys.argv[2], show_progress_bar=False)
"""

_SEARCHES = """
import sys
from pathlib import Path
from index.embedding import load_encoder
from index.search import Index
encoder = load_encoder()
index = Index.open(Path(sys.argv[1]), encoder.identity)
for passage in index.passages[::10]:
    index.find(passage.text[:100], 10, encoder)
for _ in range(20):
    index.find(sys.argv[2], 10, encoder)
"""

_STATUS = """
print(open("/proc/self/status").read())
"""


def extra_memory(folder: Path, question: str) -> tuple[Memory, Memory] | None:
    """Of a process that only encodes, and of one that searches; None where there is no /proc."""
    if not Path("/proc/self/status").exists():
        return None
    return _memory(_ENCODES, folder, question), _memory(_SEARCHES, folder, question)


def _memory(program: str, folder: Path, question: str) -> Memory:
    status = _run(program + _STATUS, folder, question)
    sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE)}
    return Memory(sizes["VmRSS"], sizes["RssAnon"], sizes["RssFile"])


_ANSWERS = """
import sys, time
from pathlib import Path
from index.search import Index
started = float(sys.argv[3])
index = Index.open(Path(sys.argv[1]))
assert index.search(sys.argv[2], 10).hits
print(time.time() - started)
from index.embedding import load_encoder
encoder = load_encoder()
assert index.find(sys.argv[2], 10, encoder).hits
print(time.time() - started)
"""


def cold_start(folder: Path, question: str) -> tuple[float, float]:
    """Seconds from a process's start to its first answer by words, and to its first with the encoder."""
    words, encoder = _run(_ANSWERS, folder, question, str(time.time())).split()
    return float(words), float(encoder)


def _run(program: str, *arguments: str | Path) -> str:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def print_quality(clean: dict[str, Ranks], slipped: dict[str, Ranks]) -> None:
    """A line a system."""
    print(f"{'':20}{'R@1':>8}{'R@5':>8}{'MRR@10':>9}   with {TYPOS} typos:{'R@1':>6}{'R@5':>8}{'MRR@10':>9}")
    for name, places in clean.items():
        typed = slipped[name]
        print(
            f"{name:20}{recall(places, 1):8.1f}{recall(places, 5):8.1f}{reciprocal(places):9.1f}"
            f"{recall(typed, 1):22.1f}{recall(typed, 5):8.1f}{reciprocal(typed):9.1f}"
        )
    print()


def verdicts(
    clean: dict[str, Ranks], slipped: dict[str, Ranks], ratio: float, memory: tuple[Memory, Memory] | None
) -> Iterator[bool]:
    """Each figure beside what is asked; whether it is reached."""
    ours = clean["gradus"]
    yield _verdict("R@1", recall(ours, 1), "at least", 87)
    yield _verdict("R@5", recall(ours, 5), "at least", 97)
    if "txtai hybrid" in clean:
        yield _verdict("R@1 ahead of txtai", recall(ours, 1) - recall(clean["txtai hybrid"], 1), "at least", 5)
        typed = recall(slipped["gradus"], 1) - recall(slipped["bm25s + PyStemmer"], 1)
        yield _verdict("R@1 with typos ahead of BM25", typed, "at least", 8)
    yield _verdict("p50 over a bare encoding", ratio, "at most", 1.3)
    if memory is not None:
        bare, full = memory
        yield _verdict("memory over encoding, MB", full.resident - bare.resident, "at most", 200)
        print(f"  encodes only: {_shown(bare)}\n  searches:     {_shown(full)}")


def _shown(memory: Memory) -> str:
    return f"{memory.resident:.0f} MB resident ({memory.own:.0f} its own, {memory.mapped:.0f} of mapped files)"


def _verdict(name: str, value: float, bound: str, asked: float) -> bool:
    reached = value >= asked if bound == "at least" else value <= asked
    print(f"{'reached' if reached else 'MISSED':8} {name}: {value:.2f} (asked: {bound} {asked})", flush=True)
    return reached


def print_costs(report: BuildReport, seconds: float, bare: float, ours: float, cold: tuple[float, float]) -> None:
    """What has no bound."""
    print(f"\np50: {ours:.1f} ms a question, {bare:.1f} ms a bare encoding")
    print(
        f"build: {seconds:.1f} s for {report.passages:,} passages, {report.sentences:,} sentence vectors "
        f"and {report.tokens:,} token vectors"
    )
    print(f"cold start: {cold[0]:.1f} s to the first answer by words, {cold[1]:.1f} s with the encoder")


if __name__ == "__main__":
    sys.exit(main())
