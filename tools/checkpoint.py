"""Reads a Hugging Face model directory byte for byte: configuration, safetensors headers, raw tensor bytes.

The checks use it instead of a library where they compare stored bytes, order and metadata.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class StoredTensor:
    """One tensor as it lies in a file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: Path
    start: int
    end: int

    def bytes(self) -> np.ndarray:
        """The stored bytes, memory-mapped."""
        if self.start == self.end:
            return np.empty(0, dtype=np.uint8)
        return np.memmap(self.file, dtype=np.uint8, mode="r", offset=self.start, shape=(self.end - self.start,))

    def row_bytes(self) -> np.ndarray:
        """The stored bytes as [rows, bytes of a row]."""
        return self.bytes().reshape(self.shape[0], -1)

    def values(self) -> np.ndarray:
        """The values in float32, in the tensor's shape."""
        raw = self.bytes()
        if self.dtype == "BF16":
            widened = raw.view("<u2").astype(np.uint32) << 16
            return widened.view(np.float32).reshape(self.shape)
        if self.dtype in ("F16", "F32"):
            return raw.view({"F16": "<f2", "F32": "<f4"}[self.dtype]).astype(np.float32).reshape(self.shape)
        raise ValueError(f"{self.name} in {self.file}: cannot read {self.dtype} as numbers")


class Checkpoint:
    """The safetensors files of a model directory, one or many."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.files = checkpoint_files(directory)
        self.tensors: dict[str, StoredTensor] = {}
        self.metadata: list[dict[str, str]] = []
        for file in self.files:
            tensors, metadata = read_header(file)
            self.metadata.append(metadata)
            self.tensors.update((tensor.name, tensor) for tensor in tensors)

    def __getitem__(self, name: str) -> StoredTensor:
        if name not in self.tensors:
            raise KeyError(f"{self.directory} has no tensor {name}")
        return self.tensors[name]


def checkpoint_files(directory: Path) -> list[Path]:
    """model.safetensors, or the shards that model.safetensors.index.json names, in the order of their names."""
    index = directory / "model.safetensors.index.json"
    if index.exists():
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        return [directory / name for name in sorted(names)]
    return [directory / "model.safetensors"]


def read_header(file: Path) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors in the order of the file's header, and the header's metadata."""
    with open(file, "rb") as stream:
        (size,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(size))
    metadata = header.pop("__metadata__", {})
    tensors = [
        StoredTensor(
            name=name,
            dtype=entry["dtype"],
            shape=tuple(entry["shape"]),
            file=file,
            start=8 + size + entry["data_offsets"][0],
            end=8 + size + entry["data_offsets"][1],
        )
        for name, entry in header.items()
    ]
    return tensors, metadata


def read_json(directory: Path, name: str) -> dict:
    """A JSON file of the directory, or an empty object where there is none."""
    path = directory / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
