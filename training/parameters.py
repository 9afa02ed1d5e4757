"""TVM's file of parameters (`compiled.params`), written in the order of the names.

TVM's own writer takes the order of a hash map that differs from run to run; with this one the same
model always becomes the same bytes, so that a digest identifies it.

Format: `NDArrayListMagic`, reserved, names, tensors; each tensor: `TVMNDArrayMagic`, reserved,
device (type, id), dimensions, data type (code, bits, lanes), shape, size in bytes, data. Integers are
little-endian; lists and strings start with their length in 64 bits.
"""

from __future__ import annotations

import struct
from typing import Dict

import numpy as np

LIST_MAGIC = 0xF7E58D4F05049CB7
TENSOR_MAGIC = 0xDD5E40F096B4A13F
CPU = 1
TYPE_CODES = {"i": 0, "u": 1, "f": 2}


def pack_tensor(value: np.ndarray) -> bytes:
    code, bits = TYPE_CODES[value.dtype.kind], value.dtype.itemsize * 8
    header = struct.pack("<QQiiiBBH", TENSOR_MAGIC, 0, CPU, 0, value.ndim, code, bits, 1)
    shape = struct.pack(f"<{value.ndim}q", *value.shape)
    data = np.ascontiguousarray(value).tobytes()
    return header + shape + struct.pack("<q", len(data)) + data


def pack_parameters(parameters: Dict[str, np.ndarray]) -> bytes:
    names = sorted(parameters)
    parts = [struct.pack("<QQQ", LIST_MAGIC, 0, len(names))]
    for name in names:
        encoded = name.encode()
        parts.append(struct.pack("<Q", len(encoded)) + encoded)
    parts.append(struct.pack("<Q", len(names)))
    parts.extend(pack_tensor(parameters[name]) for name in names)
    return b"".join(parts)
