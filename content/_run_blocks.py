"""Runs code blocks of a lesson, each in a namespace of its own, in a process that holds nothing of ours.

Started by `content.check` as a script (`python -I`): JSON on standard input, a list of sources; one line
of JSON for each block on standard output as soon as it has run: what it printed, and the last lines of
its traceback, or null. This does not protect the machine: the code is our own lessons'.
"""

import contextlib
import io
import json
import os
import sys
import traceback


def run(source: str) -> dict[str, str | None]:
    """What one block prints, and how it ends."""
    printed = io.StringIO()
    raised = None
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, "<lesson>", "exec"), {"__name__": "__main__"})
        except BaseException as error:  # sys.exit() in a block is to be shown too, not obeyed
            raised = "".join(traceback.format_exception_only(error))
    return {"printed": printed.getvalue(), "raised": raised}


def main() -> None:
    """Run the blocks that stand on standard input."""
    sources = json.load(sys.stdin)
    # A block that writes past Python's own sys.stdout must not write between our lines.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        os.dup2(2, 1)
        for source in sources:
            print(json.dumps(run(source)), file=report, flush=True)


if __name__ == "__main__":
    main()
