"""`make bench`: every benchmark, one after another; the exit status is 1 where a figure asked for was missed."""

import sys

from tests.benchmarks import (
    faithfulness,
    fuzzing,
    grading,
    grounding,
    memory,
    prompts,
    retrieval,
    training_queue,
    tutoring,
)

if __name__ == "__main__":
    measured = (retrieval, fuzzing, grading, memory, prompts, grounding, faithfulness, tutoring, training_queue)
    sys.exit(max(one.main() for one in measured))
