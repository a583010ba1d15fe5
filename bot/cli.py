"""`gradus` in the terminal. Heavy imports happen inside the commands, so that help is there at once."""

import dataclasses
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from foundation.errors import GradusError, Problem, ProblemsFound

if TYPE_CHECKING:
    from bot.learning import Learning
    from bot.quizzing import Quizzing
    from bot.settings import Settings
    from content.catalogue import Catalogue
    from index.answers import Turn
    from index.retriever import Retriever

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gradus: a deep-learning tutor that lives in Discord.",
)
content_app = typer.Typer(no_args_is_help=True, help="The lessons and the catalogue.")
index_app = typer.Typer(no_args_is_help=True, help="Search indexes: of the lessons, or of any text.")
app.add_typer(content_app, name="content")
app.add_typer(index_app, name="index")


class CommandOrWords(TyperGroup):
    """A group that is a command as well: unless the first word names one of its commands, all words are its own."""

    allow_interspersed_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Leave a command's words to it."""
        if not args or args[0] not in self.commands:
            return super().parse_args(ctx, args)
        super().parse_args(ctx, [])
        ctx.args = args
        return args

    def invoke(self, ctx: Any) -> Any:
        """The command that was named, else the group's own."""
        if not ctx.args:
            return super().invoke(ctx)
        with ctx:
            name, command, args = self.resolve_command(ctx, ctx.args)
            assert command is not None
            with command.make_context(f"{ctx.info_name} {name}", args, parent=ctx.parent) as below:
                return command.invoke(below)


quiz_app = typer.Typer(
    cls=CommandOrWords, invoke_without_command=True, subcommand_metavar="| COMMAND [ARGS]...", no_args_is_help=False
)
app.add_typer(quiz_app, name="quiz")

train_app = typer.Typer(no_args_is_help=True, help="Small training runs, through the queue.")
app.add_typer(train_app, name="train")

ENV_FILE = Path(".env")

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
Content = Annotated[Path | None, typer.Option("--content", help="Another folder of lessons and catalogue.")]
Count = Annotated[int, typer.Option("--k", min=1, max=1000, help="How many hits.")]
IndexFolder = Annotated[Path, typer.Option("--index", help="The folder of the index.")]
Batch = Annotated[Path | None, typer.Option("--batch", help="A file of JSON lines, one question each.")]


def main() -> None:
    """The console script: what a person can act on is one line and exit status 1, never a traceback."""
    try:
        app()
    except GradusError as error:
        print(f"gradus: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # `gradus … | head`: nobody reads on, and that is no failure of ours
        _write_no_more()
        sys.exit(0)
    except OSError as error:  # the only files outside GradusError's care are the streams themselves
        if error.errno != errno.ENOSPC:
            raise
        _write_no_more()
        print("gradus: standard output cannot be written: no space is left", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("gradus: stopped", file=sys.stderr)
        sys.exit(130)


def _write_no_more() -> None:
    """Keep Python from failing once more, on its way out, over what it has not written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _settings(*, token_needed: bool = False) -> "Settings":
    from bot.settings import load_settings

    return load_settings(os.environ, ENV_FILE, token_needed=token_needed)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the browser finds it; 0 for any.")] = 8420,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """The real bot in a simulated Discord, in your browser. No token needed."""
    from bot.running import run_demo

    run_demo(_settings(), port=port, open_browser=browser)


@app.command()
def run() -> None:
    """The bot on Discord; needs DISCORD_TOKEN."""
    from bot.running import run_on_discord

    run_on_discord(_settings(token_needed=True))


@app.command()
def doctor() -> None:
    """Check settings, database, lessons, index, encoder, GPU and sandbox: one line each, and what to do."""
    from bot.doctor import examine

    healthy = True
    for finding in examine(os.environ, ENV_FILE):
        typer.echo(str(finding))
        healthy = healthy and finding.sound
    if not healthy:
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """The database as one checked file; the bot may be running."""
    from bot.backup import back_up
    from bot.terminal import say

    database = _settings().database_path
    back_up(database, file, replacing=force)
    say(f"{file}: {file.stat().st_size:,} bytes of {database}, checked")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="As `gradus backup` made it.")]) -> None:
    """Put a backup in the place of the database; the bot must not be running."""
    from bot.assembly import STORES
    from bot.backup import restore as put_back
    from bot.terminal import say
    from foundation.clock import utc_now

    database = _settings().database_path
    kept = put_back(file, database, [store.migrations for store in STORES], utc_now())
    say(f"{database} is that of {file} now" + (f"; the old one is kept as {kept}" if kept else ""))


@content_app.command("check")
def content_check(content: Content = None) -> None:
    """Render every equation, draw every figure, run every code block; name every error."""
    from bot.terminal import bar, say
    from content.check import check, notes

    catalogue = _catalogue(content)
    with bar("checking") as advance:
        problems = check(catalogue, advance)
    for note in notes(catalogue):
        say(f"{note} (a note, no error)")
    if problems:
        raise ProblemsFound(problems)
    say(f"{len(catalogue.lessons)} lessons: every equation renders, every figure draws, every code block runs")


@index_app.command("build")
def index_build(
    content: Content = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where; by default the bot's own index.")] = None,
) -> None:
    """Make the index of the lessons; only what changed is embedded again."""
    from index.passages import lesson_passages

    settings = _settings()
    _build(lesson_passages(_catalogue(content)), out or settings.index_path, settings)


@index_app.command("corpus")
def index_corpus(
    file: Annotated[Path, typer.Argument(help='JSON lines of {"id", "title", "text"}.')],
    out: Annotated[Path, typer.Option("--out", help="The folder to make.")],
) -> None:
    """Make an index of any text; bad lines are named and skipped."""
    from bot.terminal import say
    from index.passages import read_corpus

    passages, problems = read_corpus(file)
    for problem in problems:
        say(str(problem))
    _build(passages, out, _settings())


def _catalogue(folder: Path | None) -> "Catalogue":
    from content.catalogue import load

    if folder is None:
        return load(additions=_settings().content)
    if not folder.is_dir():
        raise GradusError(f"there is no folder {folder}")
    return load(folder)


def _build(passages: Any, out: Path, settings: "Settings") -> None:
    from bot.terminal import bar, say
    from index.build import build_index, unchanged
    from index.embedding import known_identity, load_encoder

    if out.exists() and not out.is_dir():
        raise GradusError(f"{out} is a file; name a folder with --out")
    identity = known_identity(settings.encoder)
    report = unchanged(passages, out, identity) if identity else None
    if report is None:
        say("loading the encoder")
        encoder = load_encoder(settings.encoder)
        with bar("embedding") as advance:
            report = build_index(passages, out, encoder, advance)
    if not report.changed:
        say(f"{out}: nothing changed; {report.passages} passages")
        return
    say(
        f"{out}: {report.passages} passages, {report.sentences} sentences; "
        f"{report.embedded} embedded, {report.reused} reused, {report.removed} removed"
    )


@index_app.command("search")
def index_search(
    folder: IndexFolder,
    question: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    k: Count = 10,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Search an index: one question, or a file of them, each searched singly."""
    from bot.terminal import say
    from index.embedding import load_encoder
    from index.search import Index

    _one_of(question, batch)
    asked = "" if batch else _asked(question)
    settings = _settings()
    if not (folder / "CURRENT").exists():
        raise GradusError(f"there is no index at {folder}; make one with `gradus index corpus` or `gradus index build`")
    say("loading the encoder")
    encoder = load_encoder(settings.encoder)
    index = Index.open(folder, encoder.identity)

    def search(entry: dict[str, Any]) -> dict[str, Any]:
        hits = index.find(entry["question"], k, encoder).hits
        return {"hits": [{"id": hit.passage.id, "score": round(float(hit.score), 4)} for hit in hits]}

    if batch is not None:
        _each(batch, _timed(search))
        return
    found = search({"question": asked})
    _show(found, as_json, lambda: "\n".join(f"{hit['score']:8.3f}  {hit['id']}" for hit in found["hits"]))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="In your own words.")] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """An answer from the lessons, with its sources."""
    from bot.terminal import opened

    _one_of(question, batch)
    asked = "" if batch else _asked(question)
    if batch is not None:
        opened(batch).close()  # before an index is made for it
    with _retriever(_settings()) as retriever:
        if batch is not None:
            _each(batch, lambda entry: _answer(retriever, _asked(entry["question"]), _history(entry)))
            return
        answer = _answer(retriever, asked, ())
        _show(answer, as_json, lambda: _page(answer))


@app.command("eval")
def evaluation(
    questions: Annotated[Path | None, typer.Option("--questions", help="Another set, in the same form.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="List the questions that went wrong.")] = False,
    as_json: Json = False,
) -> None:
    """The development set's figures, beside what is asked of them."""
    from bot.evaluation import page
    from bot.terminal import bar
    from index.evaluation import DEVELOPMENT, evaluate, read_questions

    asked = read_questions(questions or DEVELOPMENT)
    with _retriever(_settings()) as retriever, bar("asking") as advance:
        report = evaluate(retriever.ask_now, asked, _catalogue(None).lessons, advance)
    _show(report.as_json(), as_json, lambda: page(report, misses=misses))


Concept = Annotated[list[str], typer.Argument(help="Its id, its title or another name for it.")]


@app.command()
def learn(concept: Concept, as_json: Json = False) -> None:
    """A lesson, with what it builds on, what it leads to and what to read."""
    from bot.handout import lesson_json, lesson_text
    from bot.terminal import put_json, put_markdown

    learning = _learning()
    study = learning.study(learning.concept(" ".join(concept)).id)
    if as_json:
        put_json(lesson_json(study))
    else:
        put_markdown(lesson_text(study))


@app.command()
def roadmap(as_json: Json = False) -> None:
    """The whole road by stages: what comes after what, and which lessons are there."""
    from bot.handout import road_json, road_text
    from bot.terminal import put_json, put_markdown

    road = _learning().road()
    if as_json:
        put_json(road_json(road))
    else:
        put_markdown(road_text(road))


@app.command()
def resources(concept: Concept = [], as_json: Json = False) -> None:  # noqa: B006 - typer copies it
    """The reading list of a concept, or all books, courses and the like by kind."""
    from bot.handout import library_text, reading_text, resource_json
    from bot.terminal import put_json, put_markdown

    learning = _learning()
    if concept:
        found = learning.study(learning.concept(" ".join(concept)).id).reading
        text = reading_text(found)
    else:
        found = learning.reading()
        text = library_text(found)
    if as_json:
        put_json([resource_json(one) for one in found])
    else:
        put_markdown(text)


Seed = Annotated[int, typer.Option("--seed", min=0, help="Which numbers are drawn, and which order is shown.")]
QuestionId = Annotated[str, typer.Argument(help="As `gradus quiz list` shows it.")]


Person = Annotated[int, typer.Option("--as", min=0, help="Whose: a Discord account's id; 0 is this terminal's.")]


@quiz_app.callback()
def quiz(
    concept: Annotated[
        list[str], typer.Argument(metavar="CONCEPT", help="However you spell it; without one, what is due.")
    ] = [],  # noqa: B006 - typer copies it
    count: Annotated[int, typer.Option("--count", min=1, max=20, help="How many questions.")] = 5,
    person: Person = 0,
) -> None:
    """A practice session, on the same database as the bot. With a command: the question bank."""
    from bot.quiz_terminal import practise

    practise(_settings(), person, " ".join(concept), count)


@app.command()
def tutor(
    concept: Concept,
    interview: Annotated[bool, typer.Option("--interview", help="Asked as an interviewer asks, with no help.")] = False,
    person: Person = 0,
) -> None:
    """A guided session on a concept: ideas in small steps, questions, hints, and your own explanation."""
    from bot.tutor_terminal import tutor as talk

    talk(_settings(), person, " ".join(concept), "interview" if interview else "guided")


@quiz_app.command("list")
def quiz_list(as_json: Json = False) -> None:
    """Every question of the bank, one a line."""
    from bot.quizzing import listed
    from bot.terminal import put_json

    for question in _quizzing().bank.questions.values():
        if as_json:
            put_json(listed(question))
        else:
            typer.echo(f"{question.id:44} {question.kind:16} {question.facet:8} {question.difficulty}")


@quiz_app.command("show")
def quiz_show(id: QuestionId, seed: Seed = 0, as_json: Json = False) -> None:
    """A question as a learner sees it."""
    from bot.quizzing import question_text, shown
    from bot.terminal import put_json, put_markdown

    posed = _quizzing().pose(id, seed)
    if as_json:
        put_json(shown(posed))
    else:
        put_markdown(question_text(posed))


@quiz_app.command("grade")
def quiz_grade(
    id: Annotated[str | None, typer.Argument(help="Of the question.")] = None,
    seed: Seed = 0,
    answer: Annotated[str | None, typer.Option("--answer", help="What a learner would write.")] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Grade an answer, or a file of them: lines {"id", "seed", "answer"}."""
    from bot.quizzing import entry_answer, graded

    if (batch is None) != (id is not None and answer is not None):
        raise typer.BadParameter("give a question's ID and --answer TEXT, or --batch FILE")
    quizzing = _quizzing()

    def grade(entry: dict[str, Any]) -> dict[str, Any]:
        id, seed, answer = entry_answer(entry)
        return graded(quizzing.grade(quizzing.pose(id, seed), answer))

    if batch is not None:
        _each(batch, grade, asked="answer")
        return
    found = grade({"id": id, "seed": seed, "answer": answer})
    _show(found, as_json, lambda: f"{found['outcome']} ({found['score']:.0%})\n\n{found['feedback']}")


TaskId = Annotated[str, typer.Argument(metavar="TASK", help="As `gradus train list` shows it.")]
Sets = Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="An option of the task; once for each.")]
Searches = Annotated[
    list[str],
    typer.Option("--search", metavar="NAME=VALUES", help="Search 0.1,0.01 or 0.01..0.1 in short runs; once for each."),
]
Device = Annotated[str, typer.Option("--device", help="any, cpu, cuda, or one such as cuda:0.")]
Whose = Annotated[int, typer.Option("--learner", min=0, help="A Discord account's id; 0 is this terminal's.")]
RunId = Annotated[str, typer.Argument(metavar="ID", help="Of the run.")]


@app.command()
def worker(
    device: Annotated[str, typer.Option("--device", help="cpu, or one GPU: cuda:0, cuda:1, …")] = "cpu",
    slots: Annotated[int | None, typer.Option("--slots", min=1, max=64, help="How many runs at once.")] = None,
    database: Annotated[Path | None, typer.Option("--database", hidden=True)] = None,
    parent: Annotated[int | None, typer.Option("--with", hidden=True)] = None,
    tasks: Annotated[str | None, typer.Option("--tasks", hidden=True)] = None,
) -> None:
    """A training worker on the queue, until it is interrupted."""
    from bot.train_terminal import work

    work(_settings(), device, slots, database, parent, tasks)


@train_app.command("list")
def train_list(as_json: Json = False) -> None:
    """Every task with its options."""
    from bot.train_terminal import show_tasks

    show_tasks(as_json)


@train_app.command("run")
def train_run(
    task: TaskId,
    sets: Sets = [],  # noqa: B006 - typer copies it
    searches: Searches = [],  # noqa: B006
    device: Device = "any",
    as_json: Json = False,
) -> None:
    """One run through the queue and a worker, waited for."""
    from bot.train_terminal import run, with_search

    run(_settings(), task, with_search(sets, searches), device, as_json)


@train_app.command("submit")
def train_submit(
    task: TaskId,
    sets: Sets = [],  # noqa: B006 - typer copies it
    searches: Searches = [],  # noqa: B006
    device: Device = "any",
    person: Whose = 0,
    as_json: Json = False,
) -> None:
    """Queue a run, and do not wait for it."""
    from bot.train_terminal import submit, with_search

    submit(_settings(), task, with_search(sets, searches), device, person, as_json)


@train_app.command("status")
def train_status(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Of a run; without one, the newest.")] = None,
    person: Whose = 0,
    as_json: Json = False,
) -> None:
    """How a run stands, or a learner's newest ones."""
    from bot.train_terminal import status

    status(_settings(), id, person, as_json)


@train_app.command("data")
def train_data(name: Annotated[str, typer.Argument(help="mnist, fashion or cifar10.")]) -> None:
    """Fetch a published data set into GRADUS_DATA_DIR, checked byte for byte."""
    from bot.train_terminal import fetch

    fetch(_settings(), name)


@train_app.command("cancel")
def train_cancel(id: RunId) -> None:
    """Stop a run."""
    from bot.train_terminal import cancel

    cancel(_settings(), id)


def _quizzing() -> "Quizzing":
    from bot.quizzing import Quizzing
    from bot.terminal import say
    from index.embedding import Encoder, load_encoder
    from quizzes.bank import load

    settings = _settings()

    def encoder() -> Encoder:
        say("loading the encoder")
        return load_encoder(settings.encoder)

    catalogue = _catalogue(None)
    return Quizzing(catalogue, load(catalogue, settings.content), encoder)


def _learning() -> "Learning":
    from bot.learning import Learning

    return Learning(_catalogue(None))


@contextmanager
def _retriever(settings: "Settings") -> Iterator["Retriever"]:
    from bot.terminal import bar, say
    from index.retriever import Retriever

    with ExitStack() as at_the_end:
        with bar("getting ready") as advance:
            retriever = Retriever(
                _catalogue(None), settings.index_path, model=settings.encoder, say=say, progress=advance
            )
            at_the_end.callback(retriever.close)
            retriever.wait()
        yield retriever


def _answer(retriever: "Retriever", question: str, history: "tuple[Turn, ...]") -> dict[str, Any]:
    return dataclasses.asdict(retriever.ask_now(question, history))


def _history(entry: dict[str, Any]) -> "tuple[Turn, ...]":
    from index.answers import Turn

    turns = entry.get("history", [])
    if not isinstance(turns, list) or not all(map(_is_turn, turns)):
        raise GradusError('"history" is a list of {"question": text, "concept": id or null}')
    return tuple(Turn(turn["question"], turn.get("concept")) for turn in turns)


def _is_turn(turn: Any) -> bool:
    return (
        isinstance(turn, dict) and isinstance(turn.get("question"), str) and isinstance(turn.get("concept"), str | None)
    )


def _page(answer: dict[str, Any]) -> str:
    lines = [answer["answer"], ""]
    lines += [f"Source: {source['title']}  {source['url'] or ''}".rstrip() for source in answer["sources"]]
    return "\n".join(lines).strip()


def _one_of(question: str | None, batch: Path | None) -> None:
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch FILE")


def _asked(question: str | None) -> str:
    from bot.questions import clean_question

    return clean_question(question or "")


def _show(result: dict[str, Any], as_json: bool, page: Callable[[], str]) -> None:
    from bot.terminal import put_json

    if as_json:
        put_json(result)
    else:
        typer.echo(page())


Respond = Callable[[dict[str, Any]], dict[str, Any]]


def _each(batch: Path, respond: Respond, asked: str = "question") -> None:
    """One line of JSON out for every line in, in order; a line that cannot be used says why instead."""
    from bot.terminal import put_json, read_batch, say

    refused = 0
    for entry in read_batch(batch, asked):
        if isinstance(entry, Problem):
            say(str(entry))
            put_json({"id": None, "error": entry.message})
            refused += 1
            continue
        try:
            put_json({"id": entry["id"]} | respond(entry))
        except GradusError as error:
            put_json({"id": entry["id"], "error": str(error)})
            refused += 1
    if refused:
        raise GradusError(f"{refused} {'line' if refused == 1 else 'lines'} of {batch} could not be used; see above")


def _timed(respond: Respond) -> Respond:
    def timed(entry: dict[str, Any]) -> dict[str, Any]:
        start = time.perf_counter()
        result = respond(entry)
        return result | {"milliseconds": round((time.perf_counter() - start) * 1000, 2)}

    return timed
