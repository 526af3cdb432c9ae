#!/usr/bin/env python3
"""Writes small seeds for every fuzz target, made from the vocabulary of vocabs/example-donor.

make_seeds.py DIRECTORY
"""
import base64
import gzip
import json
import pathlib
import shutil
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DONOR = json.loads((ROOT / "vocabs/example-donor/tokenizer.json").read_text())
FIXTURES = ROOT / "Tests/Fixtures/tokenizers"
HYPERNETWORKS = ROOT / "Tests/Fixtures/hypernetworks"


def alphabet():
    """The byte alphabet of GPT-2, from byte to character."""
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(256 + len(table) - len(kept))
    return table


ALPHABET = alphabet()
BYTES = {character: byte for byte, character in ALPHABET.items()}


def small_merges(count):
    """The first merges of the donor that build on each other, and the vocabulary they need."""
    vocab = {character: index for index, character in enumerate(ALPHABET[b] for b in range(256))}
    merges = []
    for merge in DONOR["model"]["merges"]:
        left, right = merge if isinstance(merge, list) else merge.split(" ")
        if left in vocab and right in vocab and len(merges) < count:
            merges.append((left, right))
            vocab.setdefault(left + right, len(vocab))
    return vocab, merges


VOCAB, MERGES = small_merges(40)


def tokenizer_json():
    small = dict(DONOR, added_tokens=DONOR["added_tokens"][:3], post_processor=None)
    small["model"] = dict(DONOR["model"], vocab=VOCAB, merges=[list(pair) for pair in MERGES])
    return json.dumps(small).encode()


def ranks():
    return [bytes(BYTES[character] for character in token) for token in VOCAB]


def tiktoken():
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(ranks()))


def tekken():
    entries = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for rank, token in enumerate(ranks())
    ]
    config = {
        "pattern": r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+",
        "num_vocab_tokens": len(entries),
        "default_vocab_size": len(entries) + 20,
        "default_num_special_tokens": 20,
        "version": "v3",
    }
    return json.dumps({"config": config, "vocab": entries}).encode()


def varint(value):
    result = b""
    while value >= 0x80:
        result += bytes([value & 0x7F | 0x80])
        value >>= 7
    return result + bytes([value])


def field(number, content):
    if isinstance(content, bytes):
        return varint(number << 3 | 2) + varint(len(content)) + content
    if isinstance(content, float):
        return varint(number << 3 | 5) + struct.pack("<f", content)
    return varint(number << 3) + varint(content)


WORDS = ["▁", "a", "e", "t", "h", "s", "n", "▁t", "he", "▁the", "▁a", "nd", "▁and", "an", "é"]


def sentencepiece(algorithm, byte_fallback, charsmap=b""):
    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3), ("<u>", 0.0, 4)]
    if byte_fallback:
        pieces += [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256)]
    pieces += [(word, -1.0 - index, 1) for index, word in enumerate(WORDS)]
    model = b"".join(
        field(1, field(1, text.encode()) + field(2, score) + (field(3, kind) if kind != 1 else b""))
        for text, score, kind in pieces
    )
    model += field(2, field(3, algorithm) + (field(35, 1) if byte_fallback else b""))
    return model + field(3, field(1, b"identity") + (field(2, charsmap) if charsmap else b"") + field(3, 1))


def gguf_text(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(pairs):
    body = b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs))
    for key, kind, value in pairs:
        body += gguf_text(key)
        if kind == "text":
            body += struct.pack("<I", 8) + gguf_text(value)
        elif kind == "id":
            body += struct.pack("<II", 4, value)
        elif kind == "bool":
            body += struct.pack("<IB", 7, value)
        else:
            code = {"texts": 8, "floats": 6, "ints": 5}[kind]
            body += struct.pack("<IIQ", 9, code, len(value))
            for element in value:
                body += {8: gguf_text, 6: lambda x: struct.pack("<f", x), 5: lambda x: struct.pack("<i", x)}[code](element)
    return body


def gguf_files():
    prefix = "tokenizer.ggml."
    tokens = list(VOCAB)
    yield gguf([
        (prefix + "model", "text", "gpt2"), (prefix + "pre", "text", "gpt-2"),
        (prefix + "tokens", "texts", tokens), (prefix + "token_type", "ints", [1] * len(tokens)),
        (prefix + "merges", "texts", [" ".join(pair) for pair in MERGES]),
        (prefix + "eos_token_id", "id", 0),
    ])
    pieces = ["<unk>", "<s>", "</s>"] + WORDS
    kinds = [2, 3, 3] + [1] * len(WORDS)
    yield gguf([
        (prefix + "model", "text", "llama"), (prefix + "tokens", "texts", pieces),
        (prefix + "scores", "floats", [0.0] * 3 + [-1.0 - i for i in range(len(WORDS))]),
        (prefix + "token_type", "ints", kinds), (prefix + "bos_token_id", "id", 1),
        (prefix + "eos_token_id", "id", 2), (prefix + "add_space_prefix", "bool", 1),
    ])
    yield gguf([
        (prefix + "model", "text", "bert"),
        (prefix + "tokens", "texts", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁the", "s", "▁a"]),
        (prefix + "token_type", "ints", [3, 3, 3, 3, 1, 1, 1]),
    ])


def safetensors():
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
                         "b": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]},
                         "__metadata__": {"format": "pt"}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(range(32))


VOCAB_TXT = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##s\na\n##b\n".encode()
CONFIG = json.dumps({
    "tokenizer_class": "BertTokenizer", "do_lower_case": True, "unk_token": "[UNK]",
    "cls_token": {"content": "[CLS]", "lstrip": False, "rstrip": True, "special": True},
    "added_tokens_decoder": {"7": {"content": "<x>", "lstrip": False, "normalized": False,
                                   "rstrip": False, "single_word": True, "special": True}},
    "additional_special_tokens": ["<y>"],
}).encode()
SPEC = json.dumps({
    "pat_str": r"\p{L}+|\s+", "special": {"<|end|>": 300}, "normalize": "NFC", "lowercase": True,
    "added": [["<x>", 301, {"lstrip": True}]],
    "skeleton": {"normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": None, "decoder": {"type": "Fuse"}, "model": {"unk_token": "a"}},
}).encode()


def seeds():
    """Each target with its seeds."""
    fixtures = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json")) if path.stat().st_size < 6000]
    models = [sentencepiece(1, False), sentencepiece(2, True), sentencepiece(3, False), sentencepiece(4, False)]
    files = [tokenizer_json(), tiktoken(), tekken(), VOCAB_TXT, *models, *gguf_files()]
    return {
        "added-tokens": [b"\x00<a>\n\x0f <b>\n\x06the\nx <a> <b>the  the", b"\x10ab\n\x01a\n\x08a b\nab a a b"],
        "convert": files + fixtures[:12],
        "decode": [bytes(range(64)), struct.pack("<9H", 1, 2, 300, 301, 4000, 65535, 0, 17, 17)],
        "encode": [path.read_bytes() for path in sorted((HERE / "seeds/encode").iterdir())],
        "gguf": list(gguf_files()),
        "hypernetwork": [(folder / "config.json").read_bytes() + b"\n%%\n" + (folder / "model.safetensors").read_bytes()
                         for folder in sorted(HYPERNETWORKS.iterdir())],
        "gzip": [gzip.compress(tiktoken()), gzip.compress(VOCAB_TXT, 1), gzip.compress(b" " * 5000)],
        "json": [b'{"a":[1,-2.5e3,true,null,"\\u00e9\\ud83d\\ude00\\n"],"b":{"a":{}},"a":[]}', CONFIG, SPEC],
        "model-config": [CONFIG + b'\n%%\n{"sep_token":"[SEP]"}\n%%\n{"<z>":8}', CONFIG],
        "pattern": [(pattern + "\n%%\n" + "I'm 12345 well-known, don't\n\n x").encode() for pattern in [
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
            r"(a+)+$|(?<=x)\b[[:alpha:]&&[^b]]|\X|\R|(?<n>y)\k<n>|[^\d\n-z]{2,5}?"]],
        "safetensors": [safetensors()],
        "sentencepiece": models,
        "spec": [SPEC],
        "tekken": [tekken()],
        "tiktoken": [tiktoken()],
        "tokenizer-json": [tokenizer_json(), *fixtures],
        "vocab-merges": [json.dumps(VOCAB).encode() + b"\n%%\n#version: 0.2\n"
                         + "\n".join(" ".join(pair) for pair in MERGES).encode()],
        "vocab-txt": [VOCAB_TXT],
    }


def main():
    directory = pathlib.Path(sys.argv[1])
    shutil.rmtree(directory, ignore_errors=True)
    for target, inputs in seeds().items():
        folder = directory / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(inputs):
            (folder / f"seed-{number:02}").write_bytes(data)


if __name__ == "__main__":
    main()
