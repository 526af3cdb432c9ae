"""Writes what sentencepiece's own character maps replace, as hashes, for the tests.

    Tests/Fixtures/character-map-rules.json    by name: how many rules, and the FNV-1a hash of all

    pip install sentencepiece==0.2.3 protobuf
    python make_rule_hashes.py [REPOSITORY]

The maps are compiled into the library, which puts them into every model that it trains. The hash is over the rules,
sorted by what they replace: both sides in UTF-8, each followed by a zero byte.
"""

import io
import json
import struct
import sys
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

NAMES = ["nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf"]


def character_map(name: str) -> bytes:
    """The compiled map of a model trained with it."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a text to train on", "another text"] * 20), model_writer=model, vocab_size=30,
        normalization_rule_name=name, hard_vocab_limit=False, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def rules(data: bytes) -> dict[bytes, bytes]:
    """The rules of a compiled map: a double array in darts-clone's layout, then the replacements."""
    (size,) = struct.unpack_from("<I", data)
    units = struct.unpack_from(f"<{size // 4}I", data, 4)
    replacements = data[4 + size:]
    found = {}
    pending = [(0, b"")]
    while pending:
        node, key = pending.pop()
        unit = units[node]
        base = node ^ (unit >> 10) << ((unit & 1 << 9) >> 6)
        if unit >> 8 & 1:
            start = units[base] & 0x7FFFFFFF
            found[key] = replacements[start:replacements.index(0, start)]
        for byte in range(1, 256):
            child = base ^ byte
            if child < len(units) and units[child] & 0x800000FF == byte:
                pending.append((child, key + bytes([byte])))
    return found


def fnv(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def main() -> None:
    repository = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    result = {}
    for name in NAMES:
        found = rules(character_map(name))
        data = b"".join(old + b"\0" + new + b"\0" for old, new in sorted(found.items()))
        result[name] = {"rules": len(found), "hash": f"{fnv(data):016x}"}
    path = repository / "Tests/Fixtures/character-map-rules.json"
    path.write_text(json.dumps(result, indent=1) + "\n")


main()
