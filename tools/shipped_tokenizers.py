"""What the reference libraries answer with the vocabularies that ship with graft: each is opened by the library whose
format it has. make_goldens.py writes it down, in the members that it describes.
"""

import gzip
import json
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import sentencepiece
import tiktoken
from tokenizers import Tokenizer
from tokenizers.implementations import BertWordPieceTokenizer

HUGGING_FACE = {
    "graft-32k": lambda folder: Tokenizer.from_str(gzip.open(folder / "tokenizer.json.gz", "rt", encoding="utf-8").read()),
    "graft-wordpiece-16k": lambda folder: Tokenizer.from_str(BertWordPieceTokenizer(str(folder / "vocab.txt")).to_str()),
}
SENTENCE_PIECE = ["graft-unigram-16k"]


def sentence_piece_golden(processor: sentencepiece.SentencePieceProcessor, text: str) -> dict:
    """Special tokens are those that begin and end a text; the library never finds them in one."""
    pieces = processor.encode(text, return_type="proto").pieces
    scalars = {offset: index for index, offset in enumerate(accumulate((len(scalar.encode()) for scalar in text), initial=0))}
    ids = [piece.id for piece in pieces]
    offsets = [[piece.begin, piece.end] for piece in pieces]
    return {
        "text": text,
        "ids": ids,
        "idsWithSpecials": processor.encode(text, add_bos=True, add_eos=True, return_type=int),
        "tokens": [piece.piece for piece in pieces],
        "offsets": offsets,
        "charOffsets": [[scalars[start], scalars[end]] for start, end in offsets],
        "decoded": processor.decode(ids),
        "decodedSkippingSpecials": processor.decode(ids),
    }


def check_with_tiktoken(tokenizer: Tokenizer, texts: list[str]) -> None:
    """The same vocabulary as tiktoken reads it: ranks and a pattern. Special tokens in texts are text to it."""
    definition = json.loads(tokenizer.to_str())
    byte_of = {letter: byte for byte, letter in enumerate(byte_alphabet())}
    special = {token["content"]: token["id"] for token in definition["added_tokens"]}
    ranks = {
        bytes(byte_of[letter] for letter in token): id
        for token, id in definition["model"]["vocab"].items() if token not in special
    }
    pattern = definition["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    encoding = tiktoken.Encoding("graft-32k", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    for text in texts:
        if not any(token in text for token in special):
            assert encoding.encode_ordinary(text) == tokenizer.encode(text, add_special_tokens=False).ids, text


def byte_alphabet() -> str:
    """GPT-2's letter for each byte."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in plain}
    others = [byte for byte in range(256) if byte not in letters]
    letters |= {byte: chr(256 + index) for index, byte in enumerate(others)}
    return "".join(letters[byte] for byte in range(256))


def all_goldens(vocabularies: Path, texts: list[str], ask: Callable[[Tokenizer, str], dict]) -> dict[str, list[dict]]:
    """Name of each vocabulary and the records of all texts; `ask` makes those of Hugging Face's library."""
    found = {}
    for name, opened in HUGGING_FACE.items():
        tokenizer = opened(vocabularies / name)
        if name == "graft-32k":
            check_with_tiktoken(tokenizer, texts)
        found[name] = [ask(tokenizer, text) for text in texts]
    for name in SENTENCE_PIECE:
        processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabularies / name / "tokenizer.model"))
        found[name] = [sentence_piece_golden(processor, text) for text in texts]
    return found
