"""What to ask a learner next: concepts by need, then for each the question that serves it best.

Nothing here remembers or tells the time; randomness is an argument.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, Self, get_args

from content.catalogue import Catalogue
from quizzes.bank import Bank
from quizzes.history import Attempt, counted
from quizzes.memory import Card, Memory, Rating
from quizzes.question import FACETS, Facet, Question

Role = Literal["review", "new", "probe", "read", "more", "aside"]
ScopeKind = Literal["due", "concept", "stage", "missed", "exam"]

SESSION = 5
"""Questions of a session unless asked otherwise: about three minutes."""

NEW_A_DAY = 1
REVIEWS_A_DAY = 10
BACKLOG = 10
"""Concepts due from which on nothing new is begun."""

EXAM_DAYS = 14
"""Days before an exam from which on nothing new is begun, and what would be weak on its day comes first."""

EXAM_SURE = 0.97
"""The probability on the day of an exam below which something is weak."""

RECENT = 3
"""Questions of a concept that are not asked again while others are left."""

YOUNG, GROWN = 4.0, 12.0
"""Days of stability below which a concept is recalled, and from which on it is analysed."""


@dataclass(frozen=True)
class Scope:
    """What a session is about: what is due, or something that the learner chose.

    Attributes:
        kind: `due` for what matters most today; `missed` for what went wrong last.
        of: the concept's or stage's id.
    """

    kind: ScopeKind = "due"
    of: str = ""

    @property
    def text(self) -> str:
        """The scope in a word, such as `due` or `concept:dropout`, which `read` reads."""
        return f"{self.kind}:{self.of}" if self.of else self.kind

    @classmethod
    def read(cls, text: str) -> Self:
        """The scope that a text names; one that can't be read is taken for a concept's name."""
        kind, _, of = text.partition(":")
        known = next((one for one in get_args(ScopeKind) if one == kind), None)
        return cls(known, of) if known is not None else cls("concept", text)


@dataclass(frozen=True)
class Plan:
    """A learner's settings for practice.

    Attributes:
        memory: how long things are remembered, and how surely they should be.
        level: the stage at which they begin; earlier ones are assumed known and sampled. Empty for the first.
        placed: what a diagnostic found known, which holds in place of the level; None where there was none.
        next_up: what the learner planned to begin, in order: of what is ahead it comes first.
        new_a_day: concepts begun a day.
        reviews_a_day: concepts asked again a day.
        exam: the day that everything is wanted for, if any.
    """

    memory: Memory = field(default_factory=Memory)
    level: str = ""
    new_a_day: int = NEW_A_DAY
    reviews_a_day: int = REVIEWS_A_DAY
    exam: date | None = None
    placed: frozenset[str] | None = None
    next_up: tuple[str, ...] = ()

    def before_exam(self, on: date) -> bool:
        """Whether these are the last days before it."""
        return self.exam is not None and timedelta(0) <= self.exam - on <= timedelta(days=EXAM_DAYS)


@dataclass(frozen=True)
class Item:
    """One thing of a session.

    Attributes:
        role: a `review` of what was learned, something `new` that is taught first, a `probe` of what is assumed
            known, something to `read` again before it's asked, because asking has failed too often, or `more` on a
            concept of the session, which fills it and does not count for the memory. What is asked in company of a
            concept that was never begun is asked `aside`: it neither counts nor begins it.
        seed: of the question's form.
    """

    concept: str
    role: Role
    question: str
    seed: int


@dataclass(frozen=True)
class Learned:
    """What is known of a learner on a study date: their cards and their log, oldest first."""

    cards: Mapping[str, Card]
    attempts: Sequence[Attempt]
    on: date

    def of(self, concept: str) -> tuple[Attempt, ...]:
        """What they answered on a concept, and did not take back."""
        return tuple(one for one in counted(self.attempts) if one.concept == concept)

    @property
    def begun(self) -> tuple[Attempt, ...]:
        """What they answered on concepts that they had begun, or began by it."""
        return tuple(one for one in counted(self.attempts) if not one.aside)

    @property
    def today(self) -> tuple[Attempt, ...]:
        """What of that they answered on this study date."""
        return tuple(one for one in self.begun if one.study_date == self.on)


@dataclass(frozen=True)
class Practice:
    """Chooses, over the curriculum and its bank."""

    catalogue: Catalogue
    bank: Bank

    def session(
        self, learned: Learned, plan: Plan, source: random.Random, scope: Scope | None = None, count: int = SESSION
    ) -> tuple[Item, ...]:
        """The items of a session, best order first; none where nothing is to be done."""
        chosen = self._chosen(learned, plan, scope or Scope(), source)
        some = [(concept, role) for concept, role in chosen if self._can_ask(concept)][:count]
        taken: set[str] = set()
        items = []
        for concept, role in interleaved(some, lambda concept: self.catalogue.concepts[concept].stage, self._needs):
            item = self._item(concept, role, learned, source, taken)
            taken.add(item.question)
            items.append(item)
        return (*items, *self._more(items, learned, source, taken, count - len(items)))

    def due(self, learned: Learned, plan: Plan) -> tuple[str, ...]:
        """The concepts due, the weakest first, each after what it needs that is due as well.

        What was taught and has not been asked since is due the day after; what was asked today can't count before
        tomorrow, and is not due.
        """
        cards = learned.cards
        due = [id for id in self._not_today(learned) if id not in cards or cards[id].due <= learned.on]
        return self._needs_first(self._weakest(due, learned, plan.memory))

    def next_new(self, learned: Learned, plan: Plan) -> str | None:
        """The concept to begin next: the first that is not assumed known and was never asked, by the learner's own
        plan, then by the roadmap.
        """
        known = set(learned.cards) | {one.concept for one in learned.begun}
        ahead = dict.fromkeys(self.ahead(plan))
        order = (*(id for id in plan.next_up if id in ahead), *ahead)
        return next((id for id in order if id not in known and self._can_ask(id)), None)

    def _can_ask(self, concept: str) -> bool:
        return bool(self.bank.of(concept))

    def _not_today(self, learned: Learned) -> list[str]:
        """What the learner was taught or asked, but not on this study date, and can be asked."""
        met = dict.fromkeys((*learned.cards, *(one.concept for one in learned.begun)))
        done = {one.concept for one in learned.today}
        return [id for id in met if id not in done and self._can_ask(id)]

    def _chosen(self, learned: Learned, plan: Plan, scope: Scope, source: random.Random) -> list[tuple[str, Role]]:
        if scope.kind == "concept":
            return self._with_roles([scope.of], learned)
        if scope.kind == "stage":
            return self._with_roles(self._of_stage(scope.of, learned, plan.memory), learned)
        if scope.kind == "missed":
            return self._with_roles(self._missed(learned), learned)
        if scope.kind == "exam":
            return self._exam(learned, plan)
        if plan.before_exam(learned.on) and self._is_time(learned, plan):
            return self._exam(learned, plan)
        return self._daily(learned, plan, source)

    def _is_time(self, learned: Learned, plan: Plan) -> bool:
        """Whether what would be weak on the day of the exam fills the days that are left, and so has to begin.

        Earlier than that it would only be half forgotten again by then: begun as late as it can be, the same is
        remembered for a fifth of the reviews less (see the simulation).
        """
        assert plan.exam is not None
        memory, cards = plan.memory, learned.cards
        some = self._not_today(learned)
        weak = [id for id in some if id not in cards or memory.retrievability(cards[id], plan.exam) < EXAM_SURE]
        return len(weak) >= max(1, (plan.exam - learned.on).days) * plan.reviews_a_day

    def _with_roles(self, some: Iterable[str], learned: Learned) -> list[tuple[str, Role]]:
        return [(id, self._role(id, learned)) for id in some]

    def _exam(self, learned: Learned, plan: Plan) -> list[tuple[str, Role]]:
        """The weakest first, due or not, but nothing twice a day."""
        return self._with_roles(self._weakest(self._not_today(learned), learned, plan.memory), learned)

    def _of_stage(self, stage: str, learned: Learned, memory: Memory) -> list[str]:
        """The weakest first, then what is new by the roadmap's order, at last what was asked today."""
        done = {one.concept for one in learned.today}
        some = (id for id, one in self.catalogue.concepts.items() if one.stage == stage)
        return sorted(some, key=lambda id: (id in done, self._strength(id, learned, memory)))

    def _daily(self, learned: Learned, plan: Plan, source: random.Random) -> list[tuple[str, Role]]:
        """What is due within the day's limit, with something new in third place and a probe last; nothing but probes
        where all the rest of the road is assumed known.
        """
        due = self.due(learned, plan)
        first_met = self._first_met(learned)
        begun = first_met & set(self.ahead(plan))
        reviewed = {one.concept for one in learned.today} - first_met
        room = max(0, plan.reviews_a_day - len(reviewed))
        chosen = self._with_roles(due[:room], learned)
        new = self.next_new(learned, plan)
        revising = plan.before_exam(learned.on) and bool(self._not_today(learned))
        if new and len(begun) < plan.new_a_day and len(due) < BACKLOG and not revising:
            chosen.insert(min(2, len(chosen)), (new, "new"))
        probes = self._probes(learned, plan, source, 1 if chosen or new else SESSION)
        place = min(SESSION - 1, len(chosen))
        return [*chosen[:place], *((id, "probe") for id in probes), *chosen[place:]]

    def _probes(self, learned: Learned, plan: Plan, source: random.Random, most: int) -> list[str]:
        """Concepts of those assumed known that were never asked; none on a day that has had one."""
        later = set(self.ahead(plan))
        if self._first_met(learned) - later:
            return []
        asked = {one.concept for one in learned.begun}
        left = [id for id in self.catalogue.concepts if id not in later | asked and self._can_ask(id)]
        return source.sample(left, min(most, len(left)))

    def ahead(self, plan: Plan) -> tuple[str, ...]:
        """The concepts that a learner is not assumed to know, in the road's order."""
        if plan.placed is not None:
            return tuple(id for id in self.catalogue.concepts if id not in plan.placed)
        stages = list(self.catalogue.stages)
        first = stages.index(plan.level) if plan.level in stages else 0
        return tuple(id for id, one in self.catalogue.concepts.items() if stages.index(one.stage) >= first)

    def _missed(self, learned: Learned) -> list[str]:
        last = {one.concept: one for one in counted(learned.attempts)}
        missed = [one for one in last.values() if one.outcome in ("wrong", "partial")]
        return [one.concept for one in sorted(missed, key=lambda one: one.at, reverse=True)]

    def _first_met(self, learned: Learned) -> set[str]:
        """What the learner was taught or asked on this study date and never before."""
        before = {one.concept for one in learned.begun if one.study_date != learned.on}
        return {one.concept for one in learned.today} - before

    def _role(self, concept: str, learned: Learned) -> Role:
        card = learned.cards.get(concept)
        done = [one for one in learned.of(concept) if not one.aside]
        if card is None:
            return "review" if done else "new"
        rated = [one for one in done if one.rating is not None]
        if not card.is_leech or not rated or rated[-1].rating != Rating.AGAIN:
            return "review"
        # Answers of a later day that did not rate came after the lesson; those of the same day are retries.
        return "read" if done[-1].study_date == rated[-1].study_date else "review"

    def _weakest(self, some: Iterable[str], learned: Learned, memory: Memory) -> list[str]:
        return sorted(some, key=lambda id: (self._strength(id, learned, memory), id))

    def _strength(self, concept: str, learned: Learned, memory: Memory) -> float:
        """The probability that a concept is remembered; what was taught and never asked stands in the middle."""
        card = learned.cards.get(concept)
        begun = any(not one.aside for one in learned.of(concept))
        return memory.retrievability(card, learned.on) if card else 0.5 if begun else 1.0

    def _needs_first(self, some: Sequence[str]) -> tuple[str, ...]:
        ordered: dict[str, None] = {}
        for concept in some:
            needs = self._needs[concept]
            ordered |= dict.fromkeys(id for id in self.catalogue.concepts if id in needs and id in some)
            ordered.setdefault(concept)
        return tuple(ordered)

    @cached_property
    def _needs(self) -> Mapping[str, frozenset[str]]:
        """For each concept all that it requires, and what that requires."""
        needs: dict[str, frozenset[str]] = {}
        for id, one in self.catalogue.concepts.items():  # each stands after what it requires
            needs[id] = frozenset(one.requires).union(*(needs[required] for required in one.requires))
        return needs

    def _item(self, concept: str, role: Role, learned: Learned, source: random.Random, taken: set[str]) -> Item:
        question = self._question(concept, learned, source, taken)
        return Item(concept, role, question.id, source.randrange(2**31))

    def _more(
        self, items: Sequence[Item], learned: Learned, source: random.Random, taken: set[str], count: int
    ) -> Iterator[Item]:
        """Further questions on a session's concepts in turn, the new one first, to fill it; none on what is read."""
        concepts = [one.concept for one in sorted(items, key=lambda one: one.role != "new") if one.role != "read"]
        turns = (concept for _ in range(count) for concept in concepts)
        for concept in turns:
            if count <= 0:
                return
            if any(one.id not in taken for one in self.bank.of(concept)):
                yield (item := self._item(concept, "more", learned, source, taken))
                taken.add(item.question)
                count -= 1

    def _question(self, concept: str, learned: Learned, source: random.Random, taken: set[str]) -> Question:
        """The question that serves best: none of the last few, of the facet that is wanted, longest not seen."""
        done = learned.of(concept)
        recent = list(dict.fromkeys(one.question for one in reversed(done)))[:RECENT]
        last_seen = {one.question: place for place, one in enumerate(done, start=1)}
        wanted = self._facets(learned.cards.get(concept), done)
        some = [one for one in self.bank.of(concept) if one.id not in taken]
        fresh = [one for one in some if one.id not in recent] or some
        source.shuffle(fresh)
        return min(fresh, key=lambda one: (wanted.index(one.facet), last_seen.get(one.id, 0), one.difficulty))

    def _facets(self, card: Card | None, done: Sequence[Attempt]) -> tuple[Facet, ...]:
        """The facets by how much they are wanted: by the memory's age, those never answered right first."""
        stability = card.stability if card else 0.0
        main: Facet = "recall" if stability < YOUNG else "apply" if stability < GROWN else "analyse"
        right = {one.facet for one in done if one.outcome == "correct"}
        allowed = FACETS[: FACETS.index(main) + 1]
        return tuple(sorted(FACETS, key=lambda one: (one not in allowed, one in right, one != main)))


def interleaved(
    some: Sequence[tuple[str, Role]], group: Callable[[str], str], needs: Mapping[str, Collection[str]]
) -> tuple[tuple[str, Role], ...]:
    """The same with nothing before what it needs, and otherwise the first of what is left that is of another group
    than the one before it; where all are of that group, the first.
    """
    left = dict(some)
    ordered: list[tuple[str, Role]] = []
    while left:
        last = group(ordered[-1][0]) if ordered else None
        free = [concept for concept in left if left.keys().isdisjoint(needs[concept])]
        concept = next((concept for concept in free if group(concept) != last), free[0])
        ordered.append((concept, left.pop(concept)))
    return tuple(ordered)
