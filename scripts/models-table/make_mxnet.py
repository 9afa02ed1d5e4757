"""A small residual network in MXNet's symbols, as SageMaker's image classification saves it. `make_mxnet.py <folder>`"""

import json
import sys
from pathlib import Path

import mxnet as mx

mx.random.seed(7)


def unit(x, filters, stride, name):
    y = mx.sym.Convolution(x, kernel=(3, 3), stride=(stride, stride), pad=(1, 1), num_filter=filters, no_bias=True, name=name)
    y = mx.sym.Activation(mx.sym.BatchNorm(y, fix_gamma=False, name=f"{name}_bn"), act_type="relu")
    z = mx.sym.Convolution(y, kernel=(3, 3), pad=(1, 1), num_filter=filters, name=f"{name}_2")
    return z + y


net = unit(unit(mx.sym.Variable("data"), 16, 2, "u1"), 32, 2, "u2")
net = mx.sym.Pooling(net, global_pool=True, pool_type="avg", kernel=(7, 7))
net = mx.sym.FullyConnected(mx.sym.Flatten(net), num_hidden=10, name="fc")
net = mx.sym.SoftmaxOutput(net, name="softmax")
module = mx.mod.Module(net)
module.bind(data_shapes=[("data", (1, 3, 96, 96))], label_shapes=[("softmax_label", (1,))])
module.init_params(mx.init.Xavier())
folder = Path(sys.argv[1])
module.save_checkpoint(str(folder / "model"), 0)
(folder / "model-shapes.json").write_text(json.dumps([{"name": "data", "shape": [1, 3, 96, 96]}]))
