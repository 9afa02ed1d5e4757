"""The network of make_chainer.py: Chainer saves weights alone, so its code is needed again to compile it."""

import chainer
import chainer.functions as F
import chainer.links as L


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Convolution2D(3, 16, 3, stride=2, pad=1)
            self.norm = L.BatchNormalization(16)
            self.b = L.Convolution2D(16, 32, 3, stride=2, pad=1)
            self.head = L.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.b(F.relu(self.norm(self.a(x)))))
        return F.softmax(self.head(F.average_pooling_2d(x, 24)))


def build():
    return Net()
