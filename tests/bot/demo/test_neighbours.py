"""The visitor's neighbours: their past, their group in the study hall, and their answers in a live round."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus, assemble
from bot.chat.client import make_client
from bot.demo.clock import DemoClock
from bot.demo.neighbours import GROUP, Neighbours
from bot.demo.simulation import SERVER_ID, Simulation
from bot.settings import Settings


@pytest.fixture
def clock() -> DemoClock:
    return DemoClock()


@pytest.fixture
async def gradus(tmp_path: Path, clock: DemoClock) -> AsyncIterator[Gradus]:
    made = assemble(Settings(home=tmp_path), say=lambda line: None, clock=clock, encoder_at_once=False)
    yield made
    made.close()


@pytest.fixture
async def simulation(gradus: Gradus, clock: DemoClock) -> AsyncIterator[Simulation]:
    made = Simulation(make_client(gradus), clock=clock, tick=gradus.ticks.run_due)
    await made.start()
    await Neighbours(gradus).settle(made)
    yield made
    await made.stop()


def hall(simulation: Simulation) -> ChannelHandle:
    return next(one for one in simulation.channels if one.name == "study-hall")


def visitor(simulation: Simulation) -> MemberActor:
    return simulation._member(simulation.people[0].id)


async def test_a_visitor_joins_the_group_in_the_study_hall_and_finds_its_thread(
    simulation: Simulation, gradus: Gradus
) -> None:
    you, (invitation,) = visitor(simulation), hall(simulation).history()
    assert GROUP.name in str(invitation.embeds[0].title)
    await you.click(invitation, label="Join")
    await simulation.tick()
    (group,) = await gradus.groups.mine(you.id, SERVER_ID)
    assert {one.person for one in (await gradus.groups.view(group.id)).members} == {one.id for one in simulation.people}
    assert GROUP.name in [place.name for place in simulation.places(you.id) if place.kind == "thread"]


async def test_a_second_start_finds_the_same_group_and_past(
    simulation: Simulation, gradus: Gradus, clock: DemoClock
) -> None:
    before = await gradus.mine.count(simulation.people[1].id)
    await simulation.stop()
    again = Simulation(make_client(gradus), clock=clock, tick=gradus.ticks.run_due)
    await again.start()
    await Neighbours(gradus).settle(again)
    assert len([one for one in hall(again).history() if one.embeds]) == 1
    assert len(await gradus.groups.of_server(SERVER_ID)) == 1
    assert await gradus.mine.count(simulation.people[1].id) == before
    await again.stop()


async def test_neighbours_answer_in_a_live_round_once_each(
    simulation: Simulation, gradus: Gradus, clock: DemoClock
) -> None:
    neighbours = Neighbours(gradus)
    await neighbours.settle(simulation)
    gradus.ticks.add("neighbours play along", timedelta(seconds=0.5), neighbours.tick)
    await visitor(simulation).slash(hall(simulation), "group round", questions=3)
    for _ in range(60):
        clock.jump(timedelta(seconds=1))
        await simulation.keep_time()
        await simulation.tick()
        (round, *_) = await gradus.rounds.live()
        if round.phase == "telling":
            break
    assert (await gradus.rounds.view(round.id)).answered == 2
