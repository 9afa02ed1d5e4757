"""Renders the frames of samples/belt: props by numpy, the scene by POV-Ray, then the camera's faults.

    python samples/render/render.py [--only wine-bottle …] [--out folder] [--build folder]

Needs POV-Ray 3.7 on the PATH and the packages of requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from camera import expose
from props import PROPS

HERE = Path(__file__).resolve().parent
# One thread: POV-Ray's radiosity depends on the order in which threads take their samples.
POVRAY = ["povray", "+WT1", "+A0.25", "+AM1", "+R2", "-J", "+FP16", "File_Gamma=1.0", "-D", "-GA", f"+L{HERE}"]


def render(frame: dict, build: Path, out: Path, width: int) -> None:
    """Makes the props of one frame in `build`, renders its scene and writes `out`/<file>.jpg."""
    scene, seed = frame["scene"], frame["seed"]
    folder = build / scene
    folder.mkdir(parents=True, exist_ok=True)
    PROPS[scene](folder, np.random.default_rng(seed))
    raw = folder / "raw.ppm"
    done = subprocess.run(
        [
            *POVRAY,
            f"+W{width}",
            f"+H{width * 3 // 4}",
            f"+I{HERE / 'scenes' / scene}.pov",
            f"+O{raw}",
            f"+L{folder}",
            f"Declare=Seed={seed}",
        ],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    if done.returncode != 0:
        raise SystemExit(f"POV-Ray could not render scene {scene}:\n{done.stderr[-3000:]}")
    expose(raw, out / f"{frame['file']}.jpg", frame)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="scenes to render instead of all")
    parser.add_argument("--out", type=Path, default=HERE.parent / "belt")
    parser.add_argument("--build", type=Path, help="keep meshes, prints and raw pictures here")
    parser.add_argument("--width", type=int, default=640, help="in pixels; the height is three quarters of it")
    options = parser.parse_args()
    frames = json.loads((HERE / "frames.json").read_text())
    unknown = set(options.only or []) - {frame["scene"] for frame in frames}
    if unknown:
        raise SystemExit(f"no such scene: {', '.join(sorted(unknown))}")
    if shutil.which("povray") is None:
        raise SystemExit("povray is not on the PATH; on Debian and Ubuntu: apt-get install povray")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for frame in frames:
            if options.only and frame["scene"] not in options.only:
                continue
            started = time.monotonic()
            render(frame, (options.build or Path(temporary)).resolve(), options.out, options.width)
            print(f"{frame['file']}  {frame['scene']}  {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
