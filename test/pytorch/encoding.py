"""How a fixture is written: JSON, every array as {dtype, shape, data} data being base64 of little-endian bytes."""

import base64
import json
from pathlib import Path

import numpy
import torch
from torch import Tensor


def tensor(value: Tensor | numpy.ndarray) -> dict:
    """Integers become int32, everything else float64; a value that is not finite is refused."""
    array = value.detach().numpy() if isinstance(value, Tensor) else value
    dtype = 'int32' if array.dtype.kind in 'iu' else 'float64'
    if not numpy.isfinite(array).all():
        raise ValueError('a fixture holds finite values only')
    data = numpy.ascontiguousarray(array, dtype='<i4' if dtype == 'int32' else '<f8').tobytes()
    return {'dtype': dtype, 'shape': list(array.shape), 'data': base64.b64encode(data).decode()}


def encode(value):
    """Tensors at any depth as `tensor`; those of no dimension as numbers."""
    if isinstance(value, Tensor | numpy.ndarray):
        return value.item() if value.ndim == 0 else tensor(value)
    if isinstance(value, dict):
        return {key: encode(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    return value


def decode(value):
    """The inverse of `encode`, arrays as numpy arrays."""
    if isinstance(value, dict) and value.keys() == {'dtype', 'shape', 'data'}:
        dtype = '<i4' if value['dtype'] == 'int32' else '<f8'
        return numpy.frombuffer(base64.b64decode(value['data']), dtype).reshape(value['shape'])
    if isinstance(value, dict):
        return {key: decode(entry) for key, entry in value.items()}
    return [decode(entry) for entry in value] if isinstance(value, list) else value


def text(fixture: dict) -> str:
    return json.dumps(encode(fixture), indent=1, allow_nan=False) + '\n'


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def single(array: numpy.ndarray) -> Tensor:
    """float64 values that float32 holds exactly, so that every precision starts from the same numbers."""
    return torch.from_numpy(numpy.asarray(array).astype(numpy.float32).astype(numpy.float64))
