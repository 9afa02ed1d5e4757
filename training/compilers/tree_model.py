"""XGBoost, LightGBM and scikit-learn trees -> C by treelite -> a library that DLR loads."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lightgbm  # noqa: E402
import sklearn  # noqa: E402
import treelite  # noqa: E402
import xgboost  # noqa: E402

from answer import Request, invalid, progress, serve, unsupported, where  # noqa: E402
from targets import TREE_TARGETS  # noqa: E402
from tensors import info, reference  # noqa: E402

Predict = Callable[[np.ndarray], np.ndarray]
PICKLE = b"\x80"
THRESHOLD = re.compile(r"data\[(\d+)\]\.fvalue\s*<=?\s*\((?:float|double)\)\s*\(?(-?[\d.]+(?:[eE][+-]?\d+)?)")
SEED = 11
EXAMPLES = 8
SOURCES = 16
"""Files of C: a compiler takes more than in proportion for one large file."""


def unpickle(path: Path) -> Any:
    try:
        import joblib

        return joblib.load(str(path))
    except Exception as error:  # a pickle can fail with anything
        raise invalid(f"it cannot be unpickled with scikit-learn {sklearn.__version__} ({error})") from error


def read_xgboost(path: Path) -> Tuple[treelite.Model, Predict]:
    """JSON, the older binary form, or the pickled booster of SageMaker's older containers."""
    if path.read_bytes()[:1] == PICKLE:
        booster = pickle.loads(path.read_bytes())
        booster = getattr(booster, "get_booster", lambda: booster)()
    else:
        booster = xgboost.Booster({"nthread": 1})
        try:
            booster.load_model(str(path))
        except xgboost.core.XGBoostError as error:
            raise invalid(f"XGBoost {xgboost.__version__} does not load it ({last_line(error)})") from error
    names = booster.feature_names
    return (
        treelite.Model.from_xgboost(booster),
        lambda rows: booster.predict(xgboost.DMatrix(rows, feature_names=names)),
    )


def read_lightgbm(path: Path) -> Tuple[treelite.Model, Predict]:
    try:
        booster = lightgbm.Booster(model_file=str(path))
    except lightgbm.basic.LightGBMError as error:
        raise invalid(f"LightGBM {lightgbm.__version__} does not load it ({error})") from error
    return treelite.Model.load(str(path), model_format="lightgbm"), booster.predict


def read_sklearn(path: Path) -> Tuple[treelite.Model, Predict]:
    estimator = unpickle(path)
    try:
        model = treelite.sklearn.import_model(estimator)
    except Exception as error:  # treelite raises several of its own and AttributeErrors
        raise unsupported([type(estimator).__name__], f"treelite ({last_line(error)})") from error
    predict = getattr(estimator, "predict_proba", estimator.predict)

    def values(rows: np.ndarray) -> np.ndarray:
        found = predict(rows)
        # Of two classes, treelite gives the probability of the second.
        return found[:, 1] if model.num_output_group == 1 and found.ndim == 2 else found

    return model, values


READERS = {"xgboost": read_xgboost, "lightgbm": read_lightgbm, "sklearn": read_sklearn}
VERSIONS = {
    "xgboost": xgboost.__version__,
    "lightgbm": lightgbm.__version__,
    "sklearn": sklearn.__version__,
}


def last_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[-1]


def read(request: Request) -> Tuple[treelite.Model, Predict]:
    path = Path(request["model"])
    try:
        return READERS[request["kind"]](path)
    except treelite.TreeliteError as error:
        raise unsupported([last_line(error)], "treelite") from error


def write_c(model: treelite.Model, folder: Path) -> List[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        model.compile(dirpath=str(folder), params={"parallel_comp": min(model.num_tree, SOURCES)}, verbose=False)
    except treelite.TreeliteError as error:
        raise unsupported([last_line(error)], "treelite") from error
    return sorted(folder.glob("*.c"))


def examples(sources: List[Path], features: int) -> List[List[float]]:
    """Rows between the smallest and the largest threshold of each feature, so that they take many ways."""
    thresholds: Dict[int, List[float]] = {}
    for source in sources:
        for feature, value in THRESHOLD.findall(source.read_text()):
            thresholds.setdefault(int(feature), []).append(float(value))
    lows = np.array([min(thresholds.get(index, [0.0])) for index in range(features)])
    highs = np.array([max(thresholds.get(index, [1.0])) for index in range(features)])
    margin = 0.1 * (highs - lows) + 1e-3
    rows = np.random.default_rng(SEED).uniform(lows - margin, highs + margin, (EXAMPLES, features))
    return rows.astype(np.float32).tolist()


def export(request: Request) -> Dict[str, Any]:
    model, _ = read(request)
    kind = request["kind"]
    columns = max(1, model.num_output_group)
    return {
        "examples": examples(write_c(model, Path(request["out"]) / "c"), model.num_feature),
        "inputs": [info("data", np.float32, [-1, model.num_feature])],
        "outputs": [info("output", np.float32, [-1, columns])],
        "framework": f"{kind} {VERSIONS[kind]}",
        "trees": model.num_tree,
    }


def compile_trees(request: Request) -> Dict[str, Any]:
    """A folder with one library for each target; treelite writes C, the target's compiler does the rest."""
    model, _ = read(request)
    files = [str(file) for file in write_c(model, Path(request["out"]) / "c")]
    folders = {}
    for name in request["targets"]:
        progress(f"compiling for {name}")
        target = TREE_TARGETS[name]
        folder = Path(request["out"]) / name
        folder.mkdir()
        library = folder / "model.so"
        compiler = [f"{target.toolchain}gcc", "-O3", "-std=c99", "-fPIC", "-shared", "-o", str(library)]
        subprocess.run([*compiler, *files, "-lm"], check=True)
        subprocess.run([f"{target.toolchain}strip", "--strip-unneeded", str(library)], check=True)
        folders[name] = where(target, folder)
    return {"targets": folders}


def run_samples(request: Request) -> Dict[str, Any]:
    _, predict = read(request)

    def run(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
        rows = next(iter(values.values()))
        found = np.asarray(predict(rows), dtype=np.float32)
        return [found.reshape(len(rows), -1)]

    return reference(run, request)


if __name__ == "__main__":
    serve({"export": export, "compile": compile_trees, "reference": run_samples})
