from foundation.errors import Problem, ProblemsFound, did_you_mean


def test_a_problem_says_where_and_what() -> None:
    assert str(Problem("a.md", 14, "unknown concept")) == "a.md:14: unknown concept"
    assert str(Problem("a.md", 0, "missing")) == "a.md: missing"


def test_all_problems_are_named_at_once() -> None:
    error = ProblemsFound([Problem("a", 1, "x"), Problem("b", 2, "y")])
    assert str(error).splitlines() == ["a:1: x", "b:2: y"]


def test_a_suggestion_is_made_only_where_something_is_near() -> None:
    assert did_you_mean("actvation-functions", ["activation-functions", "adam"]) == (
        " (did you mean 'activation-functions'?)"
    )
    assert did_you_mean("xyz", ["activation-functions"]) == ""
