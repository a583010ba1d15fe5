"""The loader: sound content loads, and every broken thing is named with its file and line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from content.catalogue import load
from foundation.errors import GradusError, ProblemsFound
from tests.content.conftest import LESSON, Content

ROADMAP, RESOURCES, PERCEPTRON = "roadmap.yaml", "resources.yaml", Content.lesson


def problems(folder: Content) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        load(folder.folder)
    return [str(problem) for problem in caught.value.problems]


def test_sound_content_loads(folder: Content) -> None:
    catalogue = load(folder.folder)
    assert list(catalogue.concepts) == ["neural-network", "perceptron", "activation-functions", "portfolio"]
    assert catalogue.concept("perceptron").covers == ("threshold unit",)
    assert catalogue.concept("portfolio").helps == ("perceptron",)
    assert catalogue.resources["a-book"].url == "https://example.org/book"
    assert catalogue.resources["a-competition"].level is None
    assert list(catalogue.lessons) == ["perceptron"]
    assert catalogue.lesson("neural-network") is None


BROKEN = [
    (
        ROADMAP,
        r"stage: beginner, title: \"What",
        'stage: beginer, title: "What',
        "unknown stage 'beginer' (did you mean 'beginner'?)",
    ),
    (
        ROADMAP,
        r"requires: \[perceptron\]",
        "requires: [percepton]",
        "unknown concept 'percepton' (did you mean 'perceptron'?)",
    ),
    (ROADMAP, r"helps: \[perceptron\]", "helps: [tensors]", "unknown concept 'tensors'"),
    (
        ROADMAP,
        r"skills: \[perceptron\]",
        "skills: [perceptrons]",
        "unknown concept 'perceptrons' (did you mean 'perceptron'?)",
    ),
    (
        ROADMAP,
        r"concepts: \[neural-network",
        "concepts: [neural-net",
        "unknown concept 'neural-net' (did you mean 'neural-network'?)",
    ),
    (ROADMAP, r"id: career, title", "id: beginner, title", "the id 'beginner' is given twice"),
    (ROADMAP, r"id: digits, level: beginner", "id: digits, level: easy", "unknown level 'easy'"),
    (ROADMAP, r"helps:", "help:", "unknown field 'help' (did you mean 'helps'?)"),
    (ROADMAP, r"seeds: \[0\]", "seeds: [zero]", "field 'seeds' must be a whole number, not text"),
    (ROADMAP, r"title: Digits", "title: [Digits]", "field 'title' must be text, not a list"),
    (ROADMAP, r"title: Digits", "title: 7", "field 'title' must be text, not a whole number"),
    (ROADMAP, r"title: Digits, ", "", "field 'title' is missing"),
    (ROADMAP, r"title: Digits", "title: ''", "field 'title' is empty"),
    (ROADMAP, r"title: Digits", "title: D, title: E", "field 'title' is given twice"),
    (ROADMAP, r"\[perceptron\], seeds: \[0\]\}", "[perceptron], seeds: [0]", "not valid YAML"),
    (
        ROADMAP,
        r"covers: \[threshold unit\]",
        "covers: [activation functions]",
        "'activation functions' names the concept",
    ),
    (RESOURCES, r"concepts: \[perceptron\]", "concepts: [perceptro]", "unknown concept 'perceptro'"),
    (RESOURCES, r"projects: \[digits\]", "projects: [digit]", "unknown project 'digit' (did you mean 'digits'?)"),
    (
        RESOURCES,
        r"- id: a-competition.*",
        "- {id: x, title: X, kind: site, authors: [], seeds: [0]}\n",
        "the resource 'x' is unused",
    ),
    (RESOURCES, r"kind: book", "kind: boook", "unknown kind 'boook' (did you mean 'book'?)"),
    (RESOURCES, r"https://example.org/book", "example.org/book", "must begin with https:// or http://"),
    (RESOURCES, r"id: a-competition", "id: a-book", "the id 'a-book' is given twice"),
    (
        PERCEPTRON,
        r"concept: perceptron",
        "concept: perceptrn",
        "unknown concept 'perceptrn' (did you mean 'perceptron'?)",
    ),
    (PERCEPTRON, r"concept: perceptron", "concept: neural-network", "the file must be named 'neural-network.md'"),
    (PERCEPTRON, r"concept: perceptron", "concept: portfolio", "must lie in 'lessons/career'"),
    (
        PERCEPTRON,
        r"resources: \[a-book\]",
        "resources: [a-boook]",
        "unknown resource 'a-boook' (did you mean 'a-book'?)",
    ),
    (PERCEPTRON, r"name: line", "name: lines", "unknown figure 'lines' (did you mean 'line'?)"),
    (PERCEPTRON, r"aliases", "alias", "unknown field 'alias' (did you mean 'aliases'?)"),
    (PERCEPTRON, r"summary: [^\n]*", "summary: " + "word " * 30 + "word.", "the summary has 31 words; at most 30"),
    (PERCEPTRON, r"summary: [^\n]*", "summary: One. Two.", "the summary must be one sentence"),
    (PERCEPTRON, r"The perceptron is a \[\[neural-network", "A [[neural-netwrk", "unknown concept 'neural-netwrk'"),
    (PERCEPTRON, r"## Intuition", "## Intuitions", "unknown section 'Intuitions' (did you mean 'Intuition'?)"),
    (PERCEPTRON, r"## Pitfalls\n\n[^\n]*\n", "", "the section 'Pitfalls' is missing"),
    (PERCEPTRON, r"- The perceptron cannot learn XOR.\n", "", "the section 'Pitfalls' is empty"),
    (PERCEPTRON, r"## Pitfalls", "## Intuition", "the section 'Intuition' stands twice"),
    (
        PERCEPTRON,
        r"(## Pitfalls\n\n[^\n]*\n)(.*)",
        lambda m: m[2] + "\n" + m[1],
        "the section 'Pitfalls' must stand before 'Key points'",
    ),
    (PERCEPTRON, r"### Is it still used\?\n\n[^\n]*\n", "", "has 4 questions (### headings); at least 5"),
    (PERCEPTRON, r"The bias moves the line away[^\n]*\n", "", "the question 'What is the bias for?' has no answer"),
    (
        PERCEPTRON,
        r"### What is the bias for\?",
        "### Is it still used?",
        "the question 'Is it still used?' stands twice",
    ),
    (PERCEPTRON, r"- A perceptron is one unit.\n", "", "has 3 points; 4 to 8"),
    (PERCEPTRON, r"one unit\.\n", "one unit. It fires.\n", "a key point must be one sentence"),
    (PERCEPTRON, r"one unit\.\n", "one unit\n", "a key point must be one sentence, with a full stop"),
    (PERCEPTRON, r"weights \$w_i\$", "weights $w_i", "a '$' has no partner"),
    (PERCEPTRON, r"right\)\$\$", "right)", "the display equation is not closed"),
    (PERCEPTRON, r"```\n\n## Pitfalls", "\n\n## Pitfalls", "the code block is not closed"),
    (PERCEPTRON, r"## In one minute", "Hello.\n\n## In one minute", "text before the first section"),
    (PERCEPTRON, r"## In one minute", "# Title\n\n## In one minute", "a '#' title is not used"),
    (PERCEPTRON, r"(The perceptron adds[^\n]*\n)\n[^\n]*\n", lambda m: m[1], "words; 700 to 1300 are asked for"),
    (PERCEPTRON, r"\A---\n", "", "no front matter"),
]


@pytest.mark.parametrize(("file", "pattern", "instead", "message"), BROKEN, ids=[row[3][:40] for row in BROKEN])
def test_a_broken_thing_is_named_with_its_file(
    folder: Content, file: str, pattern: str, instead: str, message: str
) -> None:
    folder.edit(file, pattern, instead)
    found = problems(folder)
    assert [line for line in found if line.startswith(file) and message in line], found


def test_the_line_of_a_problem_is_that_of_the_wrong_word(folder: Content) -> None:
    line = folder.edit(PERCEPTRON, r"The perceptron is a \[\[neural-network", "It is a [[neural-netwrk")
    assert problems(folder) == [
        f"{PERCEPTRON}:{line}: unknown concept 'neural-netwrk' (did you mean 'neural-network'?)"
    ]
    line = folder.edit(RESOURCES, r"kind: book", "kind: tome")
    assert f"{RESOURCES}:{line}: unknown kind 'tome'" in problems(folder)


def test_all_problems_come_at_once_in_order(folder: Content) -> None:
    folder.edit(ROADMAP, r"skills: \[perceptron\]", "skills: [nothing]")
    folder.edit(RESOURCES, r"kind: book", "kind: tome")
    folder.edit(PERCEPTRON, r"## Pitfalls", "## Traps")
    found = problems(folder)
    assert [line.split(":")[0] for line in found] == [PERCEPTRON, PERCEPTRON, RESOURCES, ROADMAP]


def test_a_circle_of_prerequisites_is_named(folder: Content) -> None:
    folder.edit(ROADMAP, r"requires: \[\], seeds: \[1\]", "requires: [activation-functions], seeds: [1]")
    assert [line for line in problems(folder) if "circle" in line] == [
        "roadmap.yaml:5: the concepts require each other in a circle: "
        "neural-network → activation-functions → perceptron → neural-network"
    ]


def test_a_concept_before_what_it_requires_is_named(folder: Content) -> None:
    folder.edit(ROADMAP, r"requires: \[\], helps: \[perceptron\]", "requires: [tensors]")
    folder.edit(
        ROADMAP, r"projects:", "  - {id: tensors, stage: beginner, title: T, requires: [], seeds: []}\nprojects:"
    )
    assert [line for line in problems(folder) if "must stand after" in line] == [
        "roadmap.yaml:9: 'portfolio' must stand after 'tensors', which it requires"
    ]


def test_a_second_lesson_of_one_concept_is_named(folder: Content) -> None:
    folder.write("lessons/career/perceptron.md", LESSON)
    assert any("'perceptron' has a lesson already" in line for line in problems(folder))


def test_a_file_that_is_not_text_is_named(folder: Content) -> None:
    (folder.folder / PERCEPTRON).write_bytes(b"\xff\xfe lesson")
    assert problems(folder) == [f"{PERCEPTRON}: is not UTF-8 text (byte 0): save it as UTF-8"]


def test_a_missing_file_is_named(folder: Content) -> None:
    (folder.folder / RESOURCES).unlink()
    assert problems(folder) == [f"{RESOURCES}: cannot be read: No such file or directory"]


@pytest.mark.parametrize("file", [ROADMAP, RESOURCES])
@pytest.mark.parametrize(
    ("end", "message"), [("\n  - {", "not valid YAML"), ("\nother: [", "not valid YAML"), (None, "must be a mapping")]
)
def test_what_cannot_be_read_at_all_is_named_alone(folder: Content, file: str, end: str | None, message: str) -> None:
    text = (folder.folder / file).read_text("utf-8")
    folder.write(file, "" if end is None else text + end)
    (problem,) = problems(folder)
    assert problem.startswith(f"{file}:")
    assert message in problem


def test_a_list_that_is_none_hides_no_cause_behind_unknown_names(folder: Content) -> None:
    folder.edit(RESOURCES, r"resources:.*", "resources: none yet\n")
    assert problems(folder) == [f"{RESOURCES}:1: field 'resources' must be a list, not text"]


def test_beside_a_file_that_cannot_be_read_other_problems_are_named(folder: Content) -> None:
    folder.write(RESOURCES, "[")
    folder.edit(PERCEPTRON, r"## Pitfalls", "## Traps")
    folder.edit(ROADMAP, r"skills: \[perceptron\]", "skills: [nothing]")
    found = problems(folder)
    assert [line.split(":")[0] for line in found] == [PERCEPTRON, PERCEPTRON, RESOURCES, ROADMAP]
    assert "not valid YAML" in found[2]


def test_a_number_in_another_notation_is_named(folder: Content) -> None:
    line = folder.edit(RESOURCES, r"seeds: \[3\]", "seeds: [1:30]")
    assert problems(folder) == [f"{RESOURCES}:{line}: field 'seeds' must be a whole number in plain digits"]


def test_a_lesson_of_the_career_stage_has_its_own_form(folder: Content) -> None:
    sentence = "A portfolio shows what you have built and how you think about the work that you do. "
    sections = [f"## In one minute\n\n{sentence}", f"## How to\n\n{sentence * 30}", f"## Pitfalls\n\n- {sentence}"]
    sections.append("## Questions learners ask")
    sections += [f"### Why number {number}?\n\n{sentence}" for number in range(4)]
    sections.append("## Key points\n\n" + f"- {sentence}\n" * 4)
    front = "---\nconcept: portfolio\nsummary: A portfolio shows your work.\naliases: []\nresources: []\n---\n\n"
    folder.write("lessons/career/portfolio.md", front + "\n\n".join(sections))
    lesson = load(folder.folder).lesson("portfolio")
    assert lesson
    assert [section.title for section in lesson.sections][1] == "How to"


def test_an_unknown_concept_is_refused_with_a_suggestion(folder: Content) -> None:
    with pytest.raises(GradusError, match=r"unknown concept 'percepton' \(did you mean 'perceptron'\?\)"):
        load(folder.folder).concept("percepton")


def test_concepts_are_found_by_the_words_learners_use(folder: Content) -> None:
    catalogue = load(folder.folder)
    for name in ("Perceptron", "the perceptron", "Threshold Unit", "linear threshold-unit"):
        concept = catalogue.named(name)
        assert concept is not None, name
        assert concept.id == "perceptron"
    assert catalogue.named("dropout") is None


def test_a_concept_leads_to_those_that_require_it(folder: Content) -> None:
    catalogue = load(folder.folder)
    assert [one.id for one in catalogue.leads_to("perceptron")] == ["activation-functions"]


def test_resources_are_found_by_what_they_serve(folder: Content) -> None:
    catalogue = load(folder.folder)
    assert [one.id for one in catalogue.resources_for("perceptron")] == ["a-book"]
    assert catalogue.resources_for("neural-network") == ()


def test_loading_needs_nothing_heavy(folder: Content) -> None:
    code = (
        "import sys; from pathlib import Path; from content.catalogue import load; load(Path(sys.argv[1]));"
        "print([name for name in ('torch', 'numpy', 'matplotlib', 'ziamath', 'pydantic') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    arguments = [sys.executable, "-c", code, str(folder.folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"


def test_our_own_content_is_sound_and_has_the_shape_of_the_curriculum() -> None:
    catalogue = load()
    sizes = (len(catalogue.stages), len(catalogue.concepts), len(catalogue.projects), len(catalogue.steps))
    assert sizes == (5, 94, 12, 15)
    assert {"gradient-descent", "activation-functions", "backpropagation", "dropout", "attention"} <= set(
        catalogue.lessons
    )
    known: set[str] = set()
    for concept in catalogue.concepts.values():
        assert set(concept.requires) <= known
        known.add(concept.id)


def test_our_roadmap_says_what_the_curriculum_says() -> None:
    curriculum = Path(__file__).parents[3] / "shared" / "curriculum.yaml"
    if not curriculum.is_file():
        pytest.skip("the curriculum that the roadmap was made from is not on this machine")
    ours, theirs = load(), yaml.safe_load(curriculum.read_text(encoding="utf-8"))
    asked = {
        one["id"]: (one["stage"], one["title"], one["requires"], one.get("helps", []), one["seeds"])
        for one in theirs["concepts"]
    }
    found = {
        one.id: (one.stage, one.title, list(one.requires), list(one.helps), list(one.seeds))
        for one in ours.concepts.values()
    }
    assert found == asked
    assert list(ours.stages) == [one["id"] for one in theirs["stages"]]
    assert {one.id: list(one.skills) for one in ours.projects.values()} == {
        one["id"]: one["skills"] for one in theirs["projects"]
    }
    assert [(one.id, list(one.concepts)) for one in ours.steps.values()] == [
        (one["id"], one["concepts"]) for one in theirs["steps"]
    ]


def test_the_lessons_own_resources_stand_first_then_the_most_devoted_to_the_concept() -> None:
    ours = load()
    resources = ours.resources_for("lstm")
    named = ours.lessons["lstm"].resources
    assert tuple(one.id for one in resources[: len(named)]) == named
    served = [len(one.concepts) for one in resources[len(named) :]]
    assert served == sorted(served)
    assert served[0] < served[-1]


def addition(folder: Path, **files: str) -> Path:
    """A community's folder with these files; a double underscore in a name stands for a slash."""
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


OWN_ROADMAP = """\
concepts:
  - {id: our-cluster, stage: beginner, title: Our cluster, requires: [perceptron], covers: [slurm queue]}
"""
OWN_RESOURCES = """\
resources:
  - {id: our-wiki, title: Our wiki, kind: site, authors: [Us], url: "https://example.org/wiki",
     concepts: [our-cluster]}
  - {id: a-book, title: A Better Book, kind: book, authors: [Ada Author], url: "https://example.org/better",
     concepts: [perceptron]}
"""


def own_lesson(text: str) -> str:
    lesson = text.replace("concept: perceptron", "concept: our-cluster").replace("[a-book]", "[our-wiki]")
    return lesson.replace("single neuron", "our queue").replace("linear threshold unit", "our nodes")


def test_a_community_adds_concepts_resources_and_lessons(folder: Content, tmp_path: Path) -> None:
    theirs = addition(
        tmp_path / "theirs",
        **{"roadmap.yaml": OWN_ROADMAP, "resources.yaml": OWN_RESOURCES},
        **{"lessons__beginner__our-cluster.md": own_lesson(LESSON)},
    )
    catalogue = load(folder.folder, [theirs])
    assert list(catalogue.lessons) == ["perceptron", "our-cluster"]
    assert catalogue.added == {"our-cluster"}
    assert catalogue.named("slurm queue") == catalogue.concept("our-cluster")
    assert [one.id for one in catalogue.resources_for("our-cluster")] == ["our-wiki"]
    assert catalogue.resources["a-book"].title == "A Better Book"
    assert next(iter(catalogue.resources)) == "a-book"


def test_a_communitys_lesson_stands_in_place_of_ours(folder: Content, tmp_path: Path) -> None:
    changed = LESSON.replace("fires above a threshold", "fires above a bar")
    theirs = addition(tmp_path / "theirs", **{"lessons__beginner__perceptron.md": changed})
    catalogue = load(folder.folder, [theirs])
    assert "above a bar" in catalogue.lessons["perceptron"].summary
    assert catalogue.added == {"perceptron"}


def test_what_is_wrong_in_a_communitys_folder_is_named_with_the_whole_path(folder: Content, tmp_path: Path) -> None:
    theirs = addition(
        tmp_path / "theirs",
        **{"roadmap.yaml": OWN_ROADMAP.replace("[perceptron]", "[percepton]")},
        **{"lessons__beginner__perceptron.md": LESSON.replace("name: line", "name: theirs")},
    )
    with pytest.raises(ProblemsFound) as caught:
        load(folder.folder, [theirs])
    roadmap, lesson = sorted(map(str, caught.value.problems), key=len)
    assert roadmap == f"{theirs / 'roadmap.yaml'}:2: unknown concept 'percepton' (did you mean 'perceptron'?)"
    assert lesson.startswith(str(theirs / "lessons/beginner/perceptron.md"))
    assert "among Gradus's own" in lesson


def test_a_folder_with_nothing_in_it_is_refused(folder: Content, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="name another folder"):
        load(folder.folder, [tmp_path / "nowhere"])
