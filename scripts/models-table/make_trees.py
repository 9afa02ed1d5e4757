"""XGBoost, LightGBM and scikit-learn: trees that learn a rule of six features, three classes. `make_trees.py <folder>`"""

import sys
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import xgboost
from sklearn.ensemble import RandomForestClassifier

folder = Path(sys.argv[1])
random = np.random.default_rng(7)
rows = random.standard_normal((2000, 6)).astype(np.float32)
classes = (rows[:, 0] + rows[:, 1] > 0).astype(int) + (rows[:, 2] > 0.5)

booster = xgboost.train(
    {"objective": "multi:softprob", "num_class": 3, "max_depth": 5, "seed": 7, "nthread": 1},
    xgboost.DMatrix(rows, label=classes),
    num_boost_round=40,
)
booster.save_model(str(folder / "xgboost.json"))
lightgbm.train(
    {"objective": "multiclass", "num_class": 3, "num_leaves": 31, "seed": 7, "num_threads": 1, "verbosity": -1},
    lightgbm.Dataset(rows, label=classes),
    num_boost_round=40,
).save_model(str(folder / "lightgbm.txt"))
forest = RandomForestClassifier(n_estimators=60, max_depth=8, random_state=7).fit(rows, classes)
joblib.dump(forest, str(folder / "forest.joblib"))
