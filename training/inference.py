"""Two ways to run a model on one thread: ONNX Runtime, and genuine libdlr through its C API."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Tuple

import numpy as np

CPU = 1


class OnnxModel:
    """The `onnx` target. One input, one output, one thread."""

    def __init__(self, path: Path):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def run(self, tensor: np.ndarray) -> np.ndarray:
        return self.session.run(None, {self.input: tensor})[0]


class DlrModel:
    """A `dlr` target. One input, one output, one thread.

    The library is opened by itself: the Python package around it is not imported.
    """

    def __init__(self, library: Path, folder: Path):
        os.environ["TVM_NUM_THREADS"] = "1"
        self.dlr = ctypes.CDLL(str(library), mode=ctypes.RTLD_LOCAL)
        self.dlr.DLRGetLastError.restype = ctypes.c_char_p
        self.handle = ctypes.c_void_p()
        self._call("CreateDLRModel", ctypes.byref(self.handle), str(folder).encode(), CPU, 0)
        self._call("SetDLRNumThreads", ctypes.byref(self.handle), 1)
        name = ctypes.c_char_p()
        self._call("GetDLRInputName", ctypes.byref(self.handle), 0, ctypes.byref(name))
        assert name.value is not None
        self.input = name.value
        self.output_shape = self._output_shape()

    def _call(self, function: str, *arguments: object) -> None:
        if getattr(self.dlr, function)(*arguments) != 0:
            raise RuntimeError(f"{function}: {self.dlr.DLRGetLastError().decode()}")

    def _output_shape(self) -> Tuple[int, ...]:
        size, dimensions = ctypes.c_int64(), ctypes.c_int()
        handle = ctypes.byref(self.handle)
        self._call("GetDLROutputSizeDim", handle, 0, ctypes.byref(size), ctypes.byref(dimensions))
        shape = (ctypes.c_int64 * dimensions.value)()
        self._call("GetDLROutputShape", handle, 0, shape)
        return tuple(shape)

    def run(self, tensor: np.ndarray) -> np.ndarray:
        handle = ctypes.byref(self.handle)
        shape = (ctypes.c_int64 * tensor.ndim)(*tensor.shape)
        data = ctypes.c_void_p(tensor.ctypes.data)
        self._call("SetDLRInput", handle, self.input, shape, data, tensor.ndim)
        self._call("RunDLRModel", handle)
        output = np.empty(self.output_shape, np.float32)
        self._call("GetDLROutput", handle, 0, ctypes.c_void_p(output.ctypes.data))
        return output

    def close(self) -> None:
        self._call("DeleteDLRModel", ctypes.byref(self.handle))
