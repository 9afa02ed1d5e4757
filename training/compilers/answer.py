"""How a program of this folder is called and answers: `program.py <request.json> <answer.json>`.

The request is an object with an `action`; the answer is what the action returns, or
`{"refused": {"kind": …, …}}` for what the person who called can put right. Whatever else goes wrong ends the
program with a traceback and without an answer. Lines `progress: …` on standard output are for a person.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

Request = Dict[str, Any]
Action = Callable[[Request], Dict[str, Any]]


class Refusal(Exception):
    """The model, or what was said of it, cannot be used. `kind` is one that the caller knows."""

    def __init__(self, kind: str, **details: Any):
        super().__init__(kind, details)
        self.answer = {"kind": kind, **details}


def unsupported(operators: List[str], by: str) -> Refusal:
    """Operators that one of the converters does not know."""
    return Refusal("operators", operators=sorted(set(operators)), by=by)


def invalid(reason: str) -> Refusal:
    return Refusal("model", reason=reason)


def progress(text: str) -> None:
    print(f"progress: {text}", flush=True)


def where(target: Any, folder: Path) -> Dict[str, Any]:
    """A compiled target of targets.py: its folder, and the machines that run it."""
    return {
        "folder": str(folder),
        "architecture": target.architecture,
        "cpuFeatures": target.cpu_features,
    }


def serve(actions: Dict[str, Action]) -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    try:
        answer = actions[request["action"]](request)
    except Refusal as refusal:
        answer = {"refused": refusal.answer}
    Path(sys.argv[2]).write_text(json.dumps(answer))
