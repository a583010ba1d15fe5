"""Somebody who did everything there is, and then presses *Delete everything*: nothing of theirs is left, and what was
under way ends.
"""

from dataclasses import replace
from datetime import time, timedelta

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from sqlite_utils import Database

from bot.assembly import Gradus
from bot.curriculum import Curriculum
from bot.groups.group import Group, Place
from bot.groups.group_outline import Outline, Rules
from bot.groups.group_store import GroupStore
from bot.road.planning import Wish
from bot.road.profile import Profile
from bot.training import Origin
from content.catalogue import Catalogue
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.practice import Scope
from tests.bot.carried import Carrier
from tests.bot.chat.reading import shown
from tests.bot.conftest import NOW
from tests.bot.road.test_portfolio import PROJECTS, STEPS
from training.run_store import LeaseLost

SECRET = "xylophone gradients"
ROOM = 77
NOT_LIVED = {"group_attendance", "group_nudges", "learner_tokens", "opt_outs"}
"""Tables that name learners and fill only in time or with a language model; `test_mine` fills them by hand."""


@pytest.fixture
def curriculum(curriculum: Curriculum, catalogue: Catalogue) -> Curriculum:
    projects, steps = {one.id: one for one in PROJECTS}, {one.id: one for one in STEPS}
    curriculum.change(replace(catalogue, projects=projects, steps=steps), curriculum.bank)
    return curriculum


async def founded(gradus: Gradus, person: int, server: int, name: str, rules: Rules) -> Group:
    """A group whose thread is there."""
    group = (await gradus.groups.create(person, server, 5, Outline(name, "Core"), rules, NOW)).group
    gradus.database.call(lambda database: GroupStore().set_place(database, group.id, Place(thread=ROOM)))
    return group


async def learned(gradus: Gradus, person: int, server: int) -> None:
    """Settings, answers, practice, a talk, a place on the road, a plan."""
    await gradus.profiles.keep(person, Profile("job", "beginner", time(8), "Europe/Paris"), NOW, server=server)
    await gradus.road.planning.make(person, Wish("concept:batch-normalization"), NOW)
    asked = await gradus.asking.ask(SECRET, person, f"{server}/1", NOW)
    await gradus.asking.vote(asked.id, person, True, NOW)
    for day in range(3):
        now = NOW + timedelta(days=day)
        view = await gradus.practising.begin(person, now, Scope("concept", "batch-normalization"))
        await gradus.practising.ask(person, view.session.id, 0)
        await gradus.practising.answer(person, view.session.id, 0, "A", now)
        await gradus.practising.report(person, view.session.id, 0, SECRET, now)
    await gradus.practising.undo(person, view.session.id, 0, now)
    await gradus.practising.set(person, await gradus.practising.settings(person, NOW), NOW)
    talk = await gradus.tutoring.begin(person, "dropout", NOW)
    await gradus.tutoring.wonder(person, talk.talk.id, talk.talk.turn, SECRET, NOW)
    await gradus.prompting.plan(NOW + timedelta(days=1))
    await gradus.progress.join(person, server, NOW)
    found = await gradus.diagnostics.begin(person, NOW)
    while found.posed is not None:
        found = await gradus.diagnostics.answer(person, found.id, found.turn, found.posed.solution, NOW)
    await gradus.diagnostics.keep(person, found.id, NOW)


async def trained(gradus: Gradus, carrier: Carrier, person: int) -> str:
    """A run that goes on, with its message, and a form left open; the run."""
    form = await gradus.training.begin(person, Origin(), "digits")
    await gradus.training.submit(person, form.id, "falls", Origin())
    await gradus.training.begin(person, Origin(), "digits")
    run = await carrier.begin()
    await gradus.training.expect(run, 1)
    await carrier.report(run, (1, 0.5))
    return run


async def in_company(gradus: Gradus, person: int, other: int, server: int, channel: int) -> tuple[str, str]:
    """Groups of both, questions and answers, a live round; the group that both are in, and that was the person's."""
    own = await founded(gradus, person, server, "Owls", Rules())
    await gradus.groups.join(other, server, own.id, NOW)
    asks = await founded(gradus, other, server, "Larks", Rules(approval=True))
    await gradus.groups.join(person, server, asks.id, NOW)
    left = await founded(gradus, other, server, "Swifts", Rules())
    await gradus.groups.join(person, server, left.id, NOW)
    await gradus.groups.hand_over(other, left.id, person, NOW)  # who is told of it
    await gradus.groups.leave(person, left.id, NOW)
    answers = gradus.member_answers
    for asker, helper in ((person, other), (other, person)):
        words, name = (SECRET, SECRET) if asker == person else ("why does dropout help?", None)
        kept = await gradus.asking.ask(words, asker, f"{server}/1", NOW)
        question, _, _ = await answers.ask(kept.id, own.id, asker, server, name, NOW)
        words, name = (SECRET, SECRET) if helper == person else ("Because no unit can lean on another.", None)
        answer, _ = await answers.answer(question.id, helper, words, name, NOW)
        await answers.report(answer.id, person, NOW)
        await answers.accept(answer.id, asker)
        await answers.judge(answer.id, server, "approve")
    await answers.encode_new(NOW)
    round = await gradus.rounds.begin(person, server, channel, "", 3, 20, NOW)
    await gradus.rounds.shown(round.id, 0, "lobby", 1, NOW)
    view = await gradus.rounds.advance(round.id, NOW + timedelta(minutes=1))
    await gradus.rounds.shown(round.id, 0, "asking", 2, NOW)
    await gradus.rounds.answer(person, round.id, view.round.position, "A", NOW)
    return own.id, round.id


async def shows(gradus: Gradus, person: int, server: int, channel: int) -> str:
    """A portfolio with everything that can be written in it, shown in a server; the share."""
    await gradus.portfolios.write(person, SECRET, SECRET, SECRET, NOW)
    await gradus.portfolios.write_about(person, "digits", SECRET, NOW)
    await gradus.portfolios.tick(person, "step-1", SECRET, NOW)
    share = await gradus.portfolios.share(person, server, channel, NOW)
    assert share is not None
    await gradus.portfolios.sent(share, 4)
    return share.id


def naming_learners(database: Database) -> set[str]:
    """The tables that name learners."""
    return {one for one in database.table_names() if "learner" in database.table(one).columns_dict}


def of_learner(database: Database, learner: int) -> set[str]:
    """The tables that have a row of a learner."""
    tables = naming_learners(database)
    return {one for one in tables if list(database.query(f"select 1 from {one} where learner = ? limit 1", [learner]))}


def holding(database: Database, *texts: str) -> set[tuple[str, str]]:
    """The columns, of whatever name, that hold one of some texts."""
    return {
        (table, column)
        for table in database.table_names()
        for row in database.query(f"select * from {table}")
        for column, value in row.items()
        if any(text in str(value) for text in texts)
    }


async def test_who_did_everything_leaves_nothing_behind(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    server = simcord_env.guild.id
    carrier = Carrier(gradus.database)
    await carrier.beat()
    await learned(gradus, ada.id, server)
    run = await trained(gradus, carrier, ada.id)
    group, round = await in_company(gradus, ada.id, bob.id, server, channel.id)
    share = await shows(gradus, ada.id, server, channel.id)

    learner = gradus.database.call(lambda database: LearnerStore().learner_for(database, ada.id, NOW).id)
    named = gradus.database.call(naming_learners)
    assert named - gradus.database.call(lambda database: of_learner(database, learner)) == NOT_LIVED

    warning = await ada.click(shown(await ada.slash(channel, "me")), label="Delete my data")
    await ada.click(shown(warning), label="Delete everything")

    assert gradus.database.call(lambda database: of_learner(database, learner)) == set()
    assert gradus.database.call(lambda database: holding(database, SECRET, str(ada.id))) == set()
    with pytest.raises(LeaseLost):  # at which a worker stops
        await carrier.report(run, (1,))
    with pytest.raises(GradusError, match="not shared any more"):
        await gradus.portfolios.shared(share, server, NOW)
    (owner,) = (await gradus.groups.view(group)).members
    assert (owner.person, owner.owns) == (bob.id, True)
    assert (await gradus.rounds.view(round)).answered == 0
