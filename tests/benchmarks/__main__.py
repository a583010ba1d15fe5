"""`make bench`: every benchmark, one after another; the exit status is 1 where a figure asked for was missed."""

import sys

from tests.benchmarks import (
    diagnosis,
    faithfulness,
    fuzzing,
    grading,
    grounding,
    live_round,
    memory,
    placement,
    prompts,
    retrieval,
    training_queue,
    training_tasks,
    tutoring,
)

if __name__ == "__main__":
    practice = (retrieval, fuzzing, grading, memory, placement, prompts)
    tutor = (grounding, faithfulness, tutoring)
    training = (training_queue, training_tasks, diagnosis)
    groups = (live_round,)
    sys.exit(max(one.main() for one in (*practice, *tutor, *training, *groups)))
