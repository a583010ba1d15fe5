"""The real client over the small core, in a simulated Discord."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.asking import Asking
from bot.assembly import CONVERSATIONS, STORES, Gradus
from bot.chat.client import GradusClient, make_client
from bot.curriculum import Curriculum
from bot.groups.group_weeks import GroupWeeks
from bot.groups.groups import Groups
from bot.groups.member_answers import MemberAnswers
from bot.groups.rounds import Rounds
from bot.mine import Mine
from bot.practising import Practising
from bot.progress import Progress
from bot.prompting import Prompting
from bot.reindexing import Reindexing
from bot.road.diagnostics import Diagnostics
from bot.road.portfolio import Portfolios
from bot.road.profile import Profiles
from bot.road.road import Road
from bot.road.standings import Standings
from bot.servers.servers import Servers
from bot.settings import Settings
from bot.ticks import TickRegistry
from bot.training import Training
from bot.tutor.tutoring import Tutoring
from foundation.database import DatabaseThread
from index.retriever import Retriever
from tests.bot.conftest import NOW, Prepared
from tests.bot.groups.lettered import Lettered


@pytest.fixture
def gradus(
    tmp_path: Path,
    curriculum: Curriculum,
    answerer: Prepared,
    database: DatabaseThread,
    asking: Asking,
    practising: Practising,
    tutoring: Tutoring,
    training: Training,
    prompting: Prompting,
    ids: Callable[[], str],
) -> Gradus:
    return Gradus(
        settings=Settings(home=tmp_path),
        curriculum=curriculum,
        database=database,
        retriever=cast(Retriever, answerer),
        asking=asking,
        practising=practising,
        tutoring=tutoring,
        training=training,
        progress=Progress(curriculum, database, practising, tmp_path),
        prompting=prompting,
        reindexing=Reindexing(lambda: (curriculum.catalogue, curriculum.bank), curriculum, cast(Retriever, answerer)),
        servers=Servers(database),
        profiles=Profiles(database, prompting),
        group_weeks=GroupWeeks(curriculum, database, practising, Standings(curriculum, database, practising)),
        groups=Groups(curriculum, database, Standings(curriculum, database, practising), ids),
        road=Road(curriculum, database, Standings(curriculum, database, practising)),
        portfolios=Portfolios(curriculum, database, Standings(curriculum, database, practising), training, ids),
        rounds=Rounds(curriculum, database, practising, ids, itertools.count().__next__),
        diagnostics=Diagnostics(curriculum, database, ids, itertools.count().__next__),
        member_answers=MemberAnswers(curriculum, database, Lettered(), ids),
        mine=Mine(database, STORES, CONVERSATIONS),
        ticks=TickRegistry(),
        clock=lambda: NOW,
    )


@pytest.fixture
def new_client(gradus: Gradus) -> Callable[[], GradusClient]:
    """A fresh client over the same core: what a restart makes."""
    return lambda: make_client(gradus, id_source=lambda: "e7707")


@pytest.fixture
def simcord_bot(new_client: Callable[[], GradusClient]) -> GradusClient:
    """What simcord's own `simcord_env` fixture runs."""
    return new_client()


@pytest.fixture
async def channel(simcord_env: simcord.Env) -> ChannelHandle:
    return simcord_env.create_guild("Study server").create_text_channel("ask")


@pytest.fixture
async def ada(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("ada"))


@pytest.fixture
async def bob(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("bob"))


@pytest.fixture
async def answered(ada: MemberActor, channel: ChannelHandle) -> ResponseMessage:
    """The message that answers ada's question."""
    result = await ada.slash(channel, "ask", question="why does dropout help?")
    assert result.response is not None
    return result.response
