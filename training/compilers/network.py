"""Networks whose file holds weights alone: Python code of the user builds the rest."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from answer import invalid


def build(choice: str) -> Any:
    """Call `function` of `file.py:function`; it takes no arguments and returns the network."""
    file, _, function = choice.rpartition(":")
    path = Path(file)
    spec = importlib.util.spec_from_file_location("network_of_the_user", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise invalid(f"the network {choice} is no file.py:function: there is no Python file {file}")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    if not callable(getattr(module, function, None)):
        raise invalid(f"{file} has no function {function}")
    return getattr(module, function)()
