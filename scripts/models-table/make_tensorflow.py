"""TensorFlow: a SavedModel and a frozen graph of plain operations, a Keras MobileNetV2, TensorFlow Lite in float.

Random weights. `make_tensorflow.py <folder>`
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

folder = Path(sys.argv[1])
tf.keras.utils.set_random_seed(7)
random = np.random.default_rng(7)


class Net(tf.Module):
    def __init__(self):
        super().__init__()
        shapes = [(3, 3, 3, 16), (3, 3, 16, 32), (3, 3, 32, 64)]
        self.filters = [tf.Variable((random.standard_normal(s) * np.sqrt(2 / np.prod(s[:3]))).astype(np.float32)) for s in shapes]
        self.head = tf.Variable(random.standard_normal((64, 10)).astype(np.float32) / 8)

    @tf.function(input_signature=[tf.TensorSpec([None, 96, 96, 3], tf.float32, name="image")])
    def serve(self, image):
        for one in self.filters:
            image = tf.nn.relu6(tf.nn.conv2d(image, one, strides=2, padding="SAME"))
        return {"probabilities": tf.nn.softmax(tf.reduce_mean(image, axis=[1, 2]) @ self.head)}


net = Net()
tf.saved_model.save(net, str(folder / "saved-model"), signatures={"serving_default": net.serve})
frozen = convert_variables_to_constants_v2(net.serve.get_concrete_function())
tf.io.write_graph(frozen.graph, str(folder), "frozen.pb", as_text=False)

keras = tf.keras.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, weights=None, classes=10)
# Fresh batch normalisation lets the signal fade to nothing, and every model of ten classes says 0.1: a few batches set it right.
for layer in keras.layers:
    if isinstance(layer, tf.keras.layers.BatchNormalization):
        layer.momentum = 0.2
for _ in range(6):
    keras(random.random((8, 96, 96, 3)).astype(np.float32) * 2 - 1, training=True)
keras.save(str(folder / "keras.h5"))
converter = tf.lite.TFLiteConverter.from_keras_model(keras)
(folder / "float.tflite").write_bytes(converter.convert())
