"""Chainer: the weights of chainer_network.py, at random. `make_chainer.py <folder>`"""

import sys
from pathlib import Path

import chainer
import numpy as np

from chainer_network import build

np.random.seed(7)
chainer.serializers.save_npz(str(Path(sys.argv[1]) / "weights.npz"), build())
