"""The DLR targets of a model package: their files, and what `model.json` says about them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, Dict

from compile import FILES
from targets import TARGETS


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder: Path) -> Dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): digest(file) for file in files}


def add_dlr_target(name: str, compiled: Path, package: Path) -> Dict[str, Any]:
    """Copy the three files that DLR wants, and nothing else: a second of a kind fails the load."""
    folder = package / f"dlr-{name}"
    folder.mkdir(exist_ok=True)
    for file in FILES:
        shutil.copyfile(compiled / file, folder / file)
    target = TARGETS[name]
    platform = {
        "os": "linux",
        "architecture": target.architecture,
        "cpuFeatures": target.cpu_features,
    }
    return {
        "name": folder.name,
        "runtime": "dlr",
        "path": folder.name,
        "platform": platform,
        "files": digests(folder),
    }
