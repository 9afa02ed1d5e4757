"""Compiles networks with awkward shapes and compares each with ONNX's reference evaluator.

    python -m kernels.check --vector 8 --compiler "g++ -mavx2 -mfma -fsanitize=address,undefined"
    python -m kernels.check --vector 4 --compiler "aarch64-linux-gnu-g++ -static" --run qemu-aarch64

A width works with any machine's compiler: 16 without AVX-512 proves the logic, not the instructions.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import List

import numpy as np
from onnx.reference import ReferenceEvaluator

from ..build import FLAGS, HEADERS
from ..cpp_source import source_text
from ..graph import Program, build_program
from ..onnx_reader import read_network
from ..schedule import ROWS_BYTES, schedule
from .networks import NETWORKS

TOLERANCE = 2e-5
TABLE = """
typedef int Function(TVMValue*, int*, int, TVMValue*, int*, void*);
struct Entry {{
  const char* name;
  Function* function;
}};
static const Entry functions[] = {{{entries}}};
#include "check/executor.cc"
"""


def write_plan(program: Program, picture: np.ndarray, path: Path) -> None:
    """PLAN and VALUES as executor.cc reads them, as `<path>.plan` and `<path>.values`."""
    graph = json.loads(program.graph)
    given = {graph["nodes"][0]["name"]: picture, **program.parameters}
    lines, values = [str(len(graph["nodes"]))], []
    for node, shape in zip(graph["nodes"], graph["attrs"]["shape"][1]):
        value = given.get(node["name"])
        lines.append(f"{int(np.prod(shape))} {int(value is not None)}")
        if value is not None:
            values.append(value.astype(np.float32).tobytes())
    nodes = [(i, node) for i, node in enumerate(graph["nodes"]) if node["op"] == "tvm_op"]
    lines.append(str(len(nodes)))
    for i, node in nodes:
        taken = [entry[0] for entry in node["inputs"]] + [i]
        lines.append(" ".join(map(str, [node["name"], len(taken), *taken])))
    lines.append(str(graph["heads"][0][0]))
    path.with_suffix(".plan").write_text("\n".join(lines) + "\n")
    path.with_suffix(".values").write_bytes(b"".join(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vector", type=int, required=True, help="floats of a vector: 4, 8 or 16")
    parser.add_argument("--compiler", required=True, help="C++ compiler with its options")
    parser.add_argument("--run", default="", help="what runs the program: qemu-aarch64")
    arguments = parser.parse_args()
    models = {name: make() for name, make in NETWORKS.items()}
    programs = {}
    functions: List[str] = []
    # Each network as rows and as channels, whatever its size would choose.
    for name, model in models.items():
        for limit, kind in ((ROWS_BYTES, "rows"), (0, "channels")):
            network = read_network(model)
            nodes = schedule(network, limit)
            programs[name, kind] = build_program(network, nodes, arguments.vector, f"{name}_{kind}")
            functions += programs[name, kind].functions
    names = [
        node["name"]
        for program in programs.values()
        for node in json.loads(program.graph)["nodes"]
        if node["op"] == "tvm_op"
    ]
    table = TABLE.format(entries=", ".join(f'{{"{name}", {name}}}' for name in names))
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "check.cc").write_text(source_text(functions) + table)
        flags = [flag for flag in FLAGS if flag not in ("-O3", "-fPIC")] + ["-O1", "-g"]
        command = [*arguments.compiler.split(), *flags, f"-DV={arguments.vector}"]
        command += ["-I", str(HEADERS), "check.cc", "-o", "check"]
        subprocess.run(command, check=True, cwd=folder)
        for (name, kind), program in programs.items():
            model = models[name]
            shape = [axis.dim_value for axis in model.graph.input[0].type.tensor_type.shape.dim]
            picture = np.random.default_rng(7).uniform(-1, 1, shape).astype(np.float32)
            expected = ReferenceEvaluator(model).run(None, {"picture": picture})[0].ravel()
            write_plan(program, picture, folder / "graph")
            for tasks in (1, 2, 5):
                run = [*arguments.run.split(), "./check", "graph.plan", "graph.values", str(tasks)]
                result = subprocess.run(
                    run, check=True, cwd=folder, stdout=subprocess.PIPE, text=True
                )
                values = np.array([float(line) for line in result.stdout.split()])
                difference = float(np.abs(values - expected).max())
                good = difference <= TOLERANCE * max(1.0, float(np.abs(expected).max()))
                failures += not good
                verdict = "right" if good else "WRONG"
                print(f"{name} {kind}, {tasks} tasks: differs by {difference:.1e}, {verdict}")
    if failures:
        raise SystemExit(f"{failures} of {3 * len(programs)} runs differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
