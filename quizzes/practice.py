"""What to ask a learner next: concepts by need, then for each the question that serves it best.

Nothing here remembers or tells the time; randomness is an argument.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from content.catalogue import Catalogue
from quizzes.bank import Bank
from quizzes.history import Attempt, counted
from quizzes.memory import Card, Memory, Rating
from quizzes.question import FACETS, Facet, Question

Role = Literal["review", "new", "probe", "read"]

SESSION = 5
"""Questions of a session unless asked otherwise: about three minutes."""

NEW_A_DAY = 1
BACKLOG = 10
"""Concepts due from which on nothing new is begun."""

EXAM_DAYS = 14
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

    kind: Literal["due", "concept", "stage", "missed", "exam"] = "due"
    of: str = ""


@dataclass(frozen=True)
class Plan:
    """A learner's settings for practice.

    Attributes:
        memory: how long things are remembered, and how surely they should be.
        level: the stage at which they begin; earlier ones are assumed known and sampled. Empty for the first.
        new_a_day: concepts begun a day.
        reviews_a_day: concepts asked again a day.
        exam: the day that everything is wanted for, if any.
    """

    memory: Memory = field(default_factory=Memory)
    level: str = ""
    new_a_day: int = NEW_A_DAY
    reviews_a_day: int = 20
    exam: date | None = None

    def before_exam(self, on: date) -> bool:
        """Whether these are the last days before it."""
        return self.exam is not None and timedelta(0) <= self.exam - on <= timedelta(days=EXAM_DAYS)


@dataclass(frozen=True)
class Item:
    """One thing of a session.

    Attributes:
        role: a `review` of what was learned, something `new` that is taught first, a `probe` of what is assumed
            known, or something to `read` again before it's asked, because asking has failed too often.
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
    def today(self) -> tuple[Attempt, ...]:
        """What they answered on this study date."""
        return tuple(one for one in counted(self.attempts) if one.study_date == self.on)


@dataclass(frozen=True)
class Practice:
    """Chooses, over the curriculum and its bank."""

    catalogue: Catalogue
    bank: Bank

    def session(
        self, learned: Learned, plan: Plan, source: random.Random, scope: Scope | None = None, count: int = SESSION
    ) -> tuple[Item, ...]:
        """The items of a session, best order first; none where nothing is to be done."""
        scope = scope or Scope()
        chosen = (
            self._exam(learned, plan)
            if self._is_exam(scope, plan, learned.on)
            else self._scoped(learned, plan, scope, source)
        )
        some = [(concept, role) for concept, role in chosen if self.bank.of(concept)][:count]
        taken: set[str] = set()
        items = []
        for concept, role in interleaved(some, lambda concept: self.catalogue.concepts[concept].stage):
            item = self._item(concept, role, learned, source, taken)
            taken.add(item.question)
            items.append(item)
        if scope.kind == "concept":
            items += self._more(scope.of, learned, source, taken, count - len(items))
        return tuple(items)

    def due(self, learned: Learned, plan: Plan) -> tuple[str, ...]:
        """The concepts due, the weakest first, each after what it needs that is due as well.

        What was taught and has not been asked since is due the day after.
        """
        due = [id for id, card in learned.cards.items() if card.due <= learned.on]
        last = {one.concept: one.study_date for one in counted(learned.attempts)}
        due += [id for id, day in last.items() if id not in learned.cards and day < learned.on]
        known = (id for id in due if id in self.catalogue.concepts)
        return self._needs_first(self._weakest(known, learned, plan.memory))

    def next_new(self, learned: Learned, plan: Plan) -> str | None:
        """The concept to begin next: the roadmap's first from the learner's level on that was never asked."""
        known = set(learned.cards) | {one.concept for one in counted(learned.attempts)}
        return next((id for id in self._from_level(plan.level) if id not in known and self.bank.of(id)), None)

    def _is_exam(self, scope: Scope, plan: Plan, on: date) -> bool:
        return scope.kind == "exam" or (scope.kind == "due" and plan.before_exam(on))

    def _exam(self, learned: Learned, plan: Plan) -> list[tuple[str, Role]]:
        """The weakest first, due or not, but nothing twice a day."""
        done = {one.concept for one in learned.today}
        some = [id for id in learned.cards if id not in done and id in self.catalogue.concepts]
        return [(id, self._role(id, learned)) for id in self._weakest(some, learned, plan.memory)]

    def _scoped(self, learned: Learned, plan: Plan, scope: Scope, source: random.Random) -> list[tuple[str, Role]]:
        if scope.kind == "concept":
            return [(scope.of, self._role(scope.of, learned))]
        if scope.kind == "stage":
            some = [id for id, one in self.catalogue.concepts.items() if one.stage == scope.of]
            source.shuffle(some)
            some.sort(key=lambda id: self._strength(id, learned, plan.memory))
            return [(id, self._role(id, learned)) for id in some]
        if scope.kind == "missed":
            return [(id, self._role(id, learned)) for id in self._missed(learned)]
        return self._daily(learned, plan, source)

    def _daily(self, learned: Learned, plan: Plan, source: random.Random) -> list[tuple[str, Role]]:
        """What is due within the day's limit, with something new in third place and a probe last."""
        due = self.due(learned, plan)
        begun = {one.concept for one in learned.today if self._first_day(one.concept, learned) == learned.on}
        reviewed = {one.concept for one in learned.today} - begun
        room = max(0, plan.reviews_a_day - len(reviewed))
        chosen: list[tuple[str, Role]] = [(id, self._role(id, learned)) for id in due[:room]]
        new = self.next_new(learned, plan)
        if new and len(begun) < plan.new_a_day and len(due) < BACKLOG:
            chosen.insert(min(2, len(chosen)), (new, "new"))
        probe = self._probe(learned, plan, source)
        if probe:
            chosen.insert(min(SESSION - 1, len(chosen)), (probe, "probe"))
        return chosen

    def _probe(self, learned: Learned, plan: Plan, source: random.Random) -> str | None:
        """One concept a day of the stages before the learner's level, never asked so far."""
        later = set(self._from_level(plan.level))
        earlier = [id for id in self.catalogue.concepts if id not in later and self.bank.of(id)]
        asked = {one.concept for one in counted(learned.attempts)}
        if any(one.concept in earlier and len(learned.of(one.concept)) == 1 for one in learned.today):
            return None
        left = [id for id in earlier if id not in asked]
        return source.choice(left) if left else None

    def _from_level(self, level: str) -> tuple[str, ...]:
        stages = list(self.catalogue.stages)
        first = stages.index(level) if level in stages else 0
        return tuple(id for id, one in self.catalogue.concepts.items() if stages.index(one.stage) >= first)

    def _missed(self, learned: Learned) -> list[str]:
        last = {one.concept: one for one in counted(learned.attempts)}
        missed = [one for one in last.values() if one.outcome in ("wrong", "partial")]
        return [one.concept for one in sorted(missed, key=lambda one: one.at, reverse=True)]

    def _first_day(self, concept: str, learned: Learned) -> date | None:
        return next((one.study_date for one in learned.of(concept)), None)

    def _role(self, concept: str, learned: Learned) -> Role:
        card = learned.cards.get(concept)
        done = learned.of(concept)
        if card is None:
            return "review" if done else "new"
        failed_again = bool(done) and done[-1].rating == Rating.AGAIN  # since then the lesson was not read again
        return "read" if card.is_leech and failed_again else "review"

    def _weakest(self, some: Iterable[str], learned: Learned, memory: Memory) -> list[str]:
        return sorted(some, key=lambda id: (self._strength(id, learned, memory), id))

    def _strength(self, concept: str, learned: Learned, memory: Memory) -> float:
        """The probability that a concept is remembered; what was taught and never asked stands in the middle."""
        card = learned.cards.get(concept)
        return memory.retrievability(card, learned.on) if card else 0.5 if learned.of(concept) else 1.0

    def _needs_first(self, some: Sequence[str]) -> tuple[str, ...]:
        ordered: dict[str, None] = {}
        wanted = set(some)

        def put(concept: str) -> None:
            for needed in self.catalogue.concepts[concept].requires:
                if needed in wanted and needed not in ordered:
                    put(needed)
            ordered.setdefault(concept)

        for concept in some:
            put(concept)
        return tuple(ordered)

    def _item(self, concept: str, role: Role, learned: Learned, source: random.Random, taken: set[str]) -> Item:
        question = self._question(concept, learned, source, taken)
        return Item(concept, role, question.id, source.randrange(2**31))

    def _more(self, concept: str, learned: Learned, source: random.Random, taken: set[str], count: int) -> list[Item]:
        """Further questions of one concept, which teach and do not rate."""
        items = []
        for _ in range(min(count, len(self.bank.of(concept)) - len(taken))):
            question = self._question(concept, learned, source, taken)
            taken.add(question.id)
            items.append(Item(concept, self._role(concept, learned), question.id, source.randrange(2**31)))
        return items

    def _question(self, concept: str, learned: Learned, source: random.Random, taken: set[str]) -> Question:
        """The question that serves best: none of the last few, of the facet that is wanted, longest not seen."""
        done = learned.of(concept)
        recent = {one.question for one in done[-RECENT:]}
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


def interleaved(some: Sequence[tuple[str, Role]], group: Callable[[str], str]) -> tuple[tuple[str, Role], ...]:
    """The same in an order that keeps neighbours of one group apart where it can, and moves as little as it can."""
    left = list(some)
    ordered: list[tuple[str, Role]] = []
    while left:
        last = group(ordered[-1][0]) if ordered else None
        place = next((place for place, (concept, _) in enumerate(left[:2]) if group(concept) != last), 0)
        ordered.append(left.pop(place))
    return tuple(ordered)
