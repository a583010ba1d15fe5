"""The one place where the parts are put together, for every driver alike."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.asking import Asking
from bot.curriculum import Curriculum
from bot.groups.asked_store import AskedStore
from bot.groups.group_store import GroupStore
from bot.groups.group_weeks import GroupWeeks
from bot.groups.groups import Groups
from bot.groups.likeness import EncodedQuestions
from bot.groups.member_answers import MemberAnswers
from bot.groups.round_store import RoundStore
from bot.groups.rounds import Rounds
from bot.groups.week_store import WeekStore
from bot.learning import Learning
from bot.mine import Mine
from bot.practising import Practising
from bot.progress import Progress
from bot.prompting import Prompting
from bot.quizzing import Marking
from bot.reindexing import Reindexing
from bot.road.diagnostic_store import DiagnosticStore
from bot.road.diagnostics import Diagnostics
from bot.road.placement_store import PlacementStore
from bot.road.plan_store import PlanStore
from bot.road.portfolio import Portfolios
from bot.road.portfolio_store import PortfolioStore
from bot.road.profile import Profiles
from bot.road.road import Road
from bot.road.standings import Standings
from bot.road.store import ProfileStore
from bot.run_message_store import RunMessageStore
from bot.servers.servers import Servers
from bot.servers.store import ServerStore
from bot.settings import Settings
from bot.store import AnswerStore
from bot.ticks import TickRegistry
from bot.train_terminal import limits_of, memory_of
from bot.training import Readers, Training, remove_leftovers
from bot.tutor.budget_store import BudgetStore, Limits
from bot.tutor.speaker import Speaker, model_of
from bot.tutor.speaking import Speaking
from bot.tutor.talk_store import TalkStore
from bot.tutor.tutoring import Tutoring
from content.catalogue import Catalogue, load
from foundation.clock import Clock, utc_now
from foundation.database import DatabaseThread, migrate
from foundation.learners import KnowsLearners
from foundation.store import LearnerStore
from index.retriever import Retriever
from quizzes.bank import Bank
from quizzes.bank import load as load_bank
from quizzes.board_store import BoardStore
from quizzes.prompt_store import PromptStore
from quizzes.store import PracticeStore
from training.diagnosis import diagnose, shape_of
from training.run_store import RunStore
from training.script import script_of

STORES: tuple[KnowsLearners, ...] = (
    AnswerStore(),
    ServerStore(),
    ProfileStore(),
    PlacementStore(),
    DiagnosticStore(),
    PlanStore(),
    PromptStore(),
    PracticeStore(),
    BoardStore(),
    TalkStore(),
    BudgetStore(),
    RunStore(),
    RunMessageStore(),
    PortfolioStore(),
    GroupStore(),
    WeekStore(),
    AskedStore(),
    RoundStore(),
    LearnerStore(),
)
"""Every store that keeps something on learners; learners themselves are forgotten last."""

CONVERSATIONS: tuple[KnowsLearners, ...] = (AnswerStore(), TalkStore(), AskedStore())
"""Those that hold what was said."""


@dataclass(frozen=True)
class Gradus:
    """The assembled core. It knows nothing of Discord; drivers call its use cases.

    Attributes:
        speaking: None where no language model is set.
    """

    settings: Settings
    curriculum: Curriculum
    database: DatabaseThread
    retriever: Retriever
    asking: Asking
    practising: Practising
    tutoring: Tutoring
    training: Training
    progress: Progress
    prompting: Prompting
    reindexing: Reindexing
    servers: Servers
    profiles: Profiles
    groups: Groups
    group_weeks: GroupWeeks
    member_answers: MemberAnswers
    rounds: Rounds
    road: Road
    diagnostics: Diagnostics
    portfolios: Portfolios
    mine: Mine
    ticks: TickRegistry
    clock: Clock
    speaking: Speaking | None = None

    @property
    def catalogue(self) -> Catalogue:
        """All that is taught at the moment."""
        return self.curriculum.catalogue

    @property
    def learning(self) -> Learning:
        """Lessons, reading lists and the road, as they are at the moment."""
        return self.curriculum.learning

    def close(self) -> None:
        """End the threads, after what they have under way."""
        self.retriever.close()
        self.database.close()


def assemble(
    settings: Settings,
    *,
    say: Callable[[str], None],
    clock: Clock = utc_now,
    id_source: Callable[[], str] = lambda: secrets.token_hex(8),
    seed_source: Callable[[], int] = lambda: secrets.randbits(31),
    database_path: Path | None = None,
    encoder_at_once: bool = True,
) -> Gradus:
    """The core over the data folder of `settings`, which is made where it is missing.

    Args:
        say: takes lines for the operator.
        id_source: names answers, sessions and prompts, each by at most 25 letters and digits.
        seed_source: gives the seeds of sessions.
        database_path: another database than the bot's own.
        encoder_at_once: load the encoder now; else when something first needs it.

    Raises:
        GradusError: a lesson is broken, the data folder cannot be written, its database is damaged or newer.
    """

    def read() -> tuple[Catalogue, Bank]:
        catalogue = load(additions=settings.content)
        return catalogue, load_bank(catalogue, settings.content)

    curriculum = Curriculum(*read())
    if not settings.folder.exists():
        say(f"making the data folder {settings.folder}")
    path = database_path or settings.database_path
    migrate(path, [store.migrations for store in STORES])
    database = DatabaseThread(path)
    retriever = Retriever(
        curriculum.catalogue, settings.index_path, model=settings.encoder, say=say, at_once=encoder_at_once
    )
    asking = Asking(curriculum, retriever, database, id_source)
    grade = Marking(curriculum, retriever).grade
    practising = Practising(curriculum, database, grade, id_source, seed_source)
    standings = Standings(curriculum, database, practising)
    tutoring = Tutoring(curriculum, database, practising, grade, retriever, id_source, seed_source)
    prompting = Prompting(database, practising.today, id_source)
    servers = Servers(database)
    ticks = TickRegistry()
    ticks.add("forget old answers", timedelta(days=1), asking.forget_old)
    # Twice a beat: at a whole one, jitter would skip every other.
    ticks.add("plan daily questions", timedelta(seconds=0.5), prompting.plan)
    ticks.add("forget old prompts", timedelta(days=1), prompting.forget_old)
    ticks.add("fit a learner's memory", timedelta(hours=1), practising.fit_weights)
    ticks.add("forget old sessions", timedelta(days=1), practising.forget_old)
    ticks.add("forget old talks", timedelta(days=1), tutoring.forget_old)
    ticks.add("forget idle rates", timedelta(hours=1), servers.forget_idle)
    group_weeks = GroupWeeks(curriculum, database, practising, standings)
    ticks.add("time groups' weeks", timedelta(minutes=1), group_weeks.retime)
    ticks.add("plan groups' weeks", timedelta(seconds=5), group_weeks.plan)
    ticks.add("forget old group posts", timedelta(days=1), group_weeks.forget_old)
    member_answers = MemberAnswers(curriculum, database, EncodedQuestions(retriever), id_source)
    ticks.add("encode approved answers", timedelta(minutes=1), member_answers.encode_new)
    ticks.add("forget old questions to groups", timedelta(days=1), member_answers.forget_old)
    training = Training(
        database,
        limits_of(settings),
        worker=settings.worker,
        memory=memory_of(settings),
        id_source=id_source,
        clock=utc_now,
        readers=READERS,
    )
    rounds = Rounds(curriculum, database, practising, id_source, seed_source)
    ticks.add("tell practice of live answers", timedelta(seconds=0.5), rounds.note)
    ticks.add("forget old rounds", timedelta(days=1), rounds.forget_old)
    leftovers = partial(remove_leftovers, database, settings.runs_path)
    ticks.add("remove what forgotten runs left", timedelta(minutes=1), leftovers)
    ticks.add("forget old forms", timedelta(days=1), training.forget_old)
    speaking = _speaking(settings, curriculum, retriever, database)
    if speaking is not None:
        ticks.add("forget old budgets", timedelta(days=1), speaking.forget_old)
    return Gradus(
        settings=settings,
        curriculum=curriculum,
        database=database,
        retriever=retriever,
        asking=asking,
        practising=practising,
        tutoring=tutoring,
        training=training,
        progress=Progress(curriculum, database, practising, settings.cache_path),
        prompting=prompting,
        reindexing=Reindexing(read, curriculum, retriever),
        servers=servers,
        profiles=Profiles(database, prompting),
        group_weeks=group_weeks,
        groups=Groups(curriculum, database, standings, id_source),
        road=Road(curriculum, database, standings),
        portfolios=Portfolios(curriculum, database, standings, training, id_source),
        rounds=rounds,
        diagnostics=Diagnostics(curriculum, database, id_source, seed_source),
        member_answers=member_answers,
        mine=Mine(database, STORES, CONVERSATIONS),
        ticks=ticks,
        clock=clock,
        speaking=speaking,
    )


READERS = Readers(shape_of, diagnose, script_of)
"""What reads runs."""


def _speaking(
    settings: Settings, curriculum: Curriculum, retriever: Retriever, database: DatabaseThread
) -> Speaking | None:
    """The language model that the settings name, if any; nothing is connected to yet."""
    model = model_of(settings)
    if model is None:
        return None
    limits = Limits(settings.llm_learner_tokens, settings.llm_server_tokens)
    return Speaking(Speaker(model), retriever, lambda: curriculum.catalogue, database, limits)
