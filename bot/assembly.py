"""The one place where the parts are put together, for every driver alike."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.asking import Asking
from bot.curriculum import Curriculum
from bot.learning import Learning
from bot.mine import Mine
from bot.practising import Practising
from bot.progress import Progress
from bot.prompting import Prompting
from bot.quizzing import Marking
from bot.reindexing import Reindexing
from bot.road.profile import Profiles
from bot.road.store import ProfileStore
from bot.servers.servers import Servers
from bot.servers.store import ServerStore
from bot.settings import Settings
from bot.store import AnswerStore
from bot.ticks import TickRegistry
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

STORES: tuple[KnowsLearners, ...] = (
    AnswerStore(),
    ServerStore(),
    ProfileStore(),
    PromptStore(),
    PracticeStore(),
    BoardStore(),
    LearnerStore(),
)
"""Every store that keeps something on learners; learners themselves are forgotten last."""


@dataclass(frozen=True)
class Gradus:
    """The assembled core. It knows nothing of Discord; drivers call its use cases."""

    settings: Settings
    curriculum: Curriculum
    database: DatabaseThread
    retriever: Retriever
    asking: Asking
    practising: Practising
    progress: Progress
    prompting: Prompting
    reindexing: Reindexing
    servers: Servers
    profiles: Profiles
    mine: Mine
    ticks: TickRegistry
    clock: Clock

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
    practising = Practising(curriculum, database, Marking(curriculum, retriever).grade, id_source, seed_source)
    prompting = Prompting(database, practising.today, id_source)
    servers = Servers(database)
    ticks = TickRegistry()
    ticks.add("forget old answers", timedelta(days=1), asking.forget_old)
    # Twice a beat: at a whole one, jitter would skip every other.
    ticks.add("plan daily questions", timedelta(seconds=0.5), prompting.plan)
    ticks.add("forget old prompts", timedelta(days=1), prompting.forget_old)
    ticks.add("fit a learner's memory", timedelta(hours=1), practising.fit_weights)
    ticks.add("forget old sessions", timedelta(days=1), practising.forget_old)
    ticks.add("forget idle rates", timedelta(hours=1), servers.forget_idle)
    return Gradus(
        settings=settings,
        curriculum=curriculum,
        database=database,
        retriever=retriever,
        asking=asking,
        practising=practising,
        progress=Progress(curriculum, database, practising, settings.cache_path),
        prompting=prompting,
        reindexing=Reindexing(read, curriculum, retriever),
        servers=servers,
        profiles=Profiles(database, prompting),
        mine=Mine(database, STORES),
        ticks=ticks,
        clock=clock,
    )
