"""`make bench`: every benchmark, one after another; the exit status is 1 where a figure asked for was missed."""

import sys

from tests.benchmarks import fuzzing, grading, memory, prompts, retrieval

if __name__ == "__main__":
    sys.exit(max(retrieval.main(), fuzzing.main(), grading.main(), memory.main(), prompts.main()))
