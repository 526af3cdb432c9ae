"""Writes what Hugging Face tokenizers answers, as golden files for the tests, and the tiny tokenizers they are about.

The two tokenizers of the example models are asked all texts of tricky_texts.py, the shipped vocabularies most of them,
by the library whose format they have (see shipped_tokenizers.py); each synthetic tokenizer, written next to the golden
files, is asked every third of them and those with special tokens.

    Tests/Fixtures/tokenizers/NAME.json       synthetic tokenizers
    Tests/Fixtures/goldens/NAME.jsonl         one object per text:
        text
        ids, tokens         encoded without adding special tokens
        offsets             of these tokens, in bytes of the text's UTF-8
        charOffsets         of these tokens, in Unicode scalars, as tokenizers gives them
        idsWithSpecials     encoded with the special tokens of the post-processor
        decoded             ids decoded, special tokens kept
        decodedSkippingSpecials     idsWithSpecials decoded, special tokens left out
    Tests/Fixtures/pairs/NAME.jsonl           one object per text or pair of texts, and options:
        first, second       the texts; second may be null
        truncate, pad       how they are cut and filled up, or null: arguments of the library's functions
        ids, typeIDs, words, sequences, special, padding     of the tokens, special tokens included
        offsets             in bytes of the text that each token comes from
        overflowing         the same of each part that was cut off
        error               instead of these, that the library refuses

    python make_goldens.py [REPOSITORY]
"""

import argparse
import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from tokenizers import Encoding, Tokenizer

import model_tokenizers
import shipped_tokenizers
import synthetic_tokenizers
import tricky_texts

EXAMPLES = ["example-base", "example-donor"]
LONGEST_SYNTHETIC_TEXT = 120

PAIRED = ["roberta", "wordpiece", "wordpiece-cased", "unigram", "word-level"]
GENESIS = "In the beginning God created the heaven and the earth."
PAIRS = [
    ("", "only b"), (" a ", " b "), (GENESIS, None), ("", None),
    (GENESIS, "And God said, Let there be light."), ("na\u00efve \U0001f600 caf\u00e9", GENESIS),
    ("<mask> [MASK]</s>", "New York <extra> x"),
]
LENGTHS = [
    (None, None),
    (None, {"length": 24, "pad_id": 1, "pad_token": "P", "pad_type_id": 3, "direction": "left"}),
    (None, {"pad_to_multiple_of": 8}),
    ({"max_length": 12}, None),
    ({"max_length": 14, "stride": 3}, {"length": 16, "direction": "right"}),
    ({"max_length": 11, "stride": 2, "direction": "left"}, {"length": 13, "direction": "left"}),
    ({"max_length": 20, "stride": 1, "strategy": "only_first"}, None),
    ({"max_length": 30, "stride": 2, "strategy": "only_second"}, None),
    ({"max_length": 30, "strategy": "only_second", "direction": "left"}, None),
    ({"max_length": 4}, None),
]


def byte_offsets(text: str, char_offsets: list[tuple[int, int]]) -> list[list[int]]:
    """Scalar offsets as offsets into the text's UTF-8."""
    before = [0, *accumulate(len(scalar.encode()) for scalar in text)]
    return [[before[start], before[end]] for start, end in char_offsets]


def golden(tokenizer: Tokenizer, text: str) -> dict:
    plain = tokenizer.encode(text, add_special_tokens=False)
    complete = tokenizer.encode(text, add_special_tokens=True)
    return {
        "text": text,
        "ids": plain.ids,
        "idsWithSpecials": complete.ids,
        "tokens": plain.tokens,
        "offsets": byte_offsets(text, plain.offsets),
        "charOffsets": [list(offset) for offset in plain.offsets],
        "decoded": tokenizer.decode(plain.ids, skip_special_tokens=False),
        "decodedSkippingSpecials": tokenizer.decode(complete.ids, skip_special_tokens=True),
    }


def write_json(path: Path, value: dict) -> None:
    path.write_text(compact(value) + "\n", encoding="utf-8", newline="\n")


def write_goldens(path: Path, tokenizer: Tokenizer, texts: list[str]) -> None:
    write_lines(path, [golden(tokenizer, text) for text in texts])


def write_lines(path: Path, values: list[dict]) -> None:
    path.write_text("".join(compact(value) + "\n" for value in values), encoding="utf-8", newline="\n")


def compact(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def part(encoding: Encoding, first: str, second: str | None) -> dict:
    offsets = []
    for sequence, type_id, offset in zip(encoding.sequence_ids, encoding.type_ids, encoding.offsets):
        offsets += byte_offsets(second if second and 1 in (sequence, type_id) else first, [offset])
    return {
        "ids": encoding.ids, "typeIDs": encoding.type_ids, "words": encoding.word_ids,
        "sequences": encoding.sequence_ids, "special": encoding.special_tokens_mask,
        "padding": [1 - attended for attended in encoding.attention_mask], "offsets": offsets,
    }


def pair_goldens(tokenizer: Tokenizer) -> Iterator[dict]:
    for first, second in PAIRS:
        for truncation, padding in LENGTHS:
            asked = {"first": first, "second": second, "truncate": truncation, "pad": padding}
            tokenizer.no_truncation()
            tokenizer.no_padding()
            if padding is not None:
                tokenizer.enable_padding(**padding)
            try:
                if truncation is not None:
                    tokenizer.enable_truncation(**truncation)
                encoding = tokenizer.encode(first, second)
            except BaseException as error:  # The library also panics.
                if isinstance(error, KeyboardInterrupt):
                    raise
                yield {**asked, "error": True}
                continue
            rest = [part(other, first, second) for other in encoding.overflowing]
            yield {**asked, **part(encoding, first, second), "overflowing": rest}


def texts_for_synthetic() -> list[str]:
    """A part of the texts, because there are many synthetic tokenizers: no long runs, all special tokens."""
    some = [text for text in tricky_texts.ALL[::3] + tricky_texts.SPECIAL if len(text) <= LONGEST_SYNTHETIC_TEXT]
    return list(dict.fromkeys(some))


def shipped_texts() -> list[str]:
    """All texts but the longest, every other one of a kind."""
    some = tricky_texts.ALL[::2] + tricky_texts.SCRIPTS + tricky_texts.SPECIAL
    return [text for text in dict.fromkeys(some) if len(text) <= LONGEST_SYNTHETIC_TEXT]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent)
    repository = parser.parse_args().repository

    vocabularies = repository / "vocabs"
    definitions = repository / "Tests/Fixtures/tokenizers"
    goldens = repository / "Tests/Fixtures/goldens"
    pairs = repository / "Tests/Fixtures/pairs"
    definitions.mkdir(parents=True, exist_ok=True)
    goldens.mkdir(parents=True, exist_ok=True)
    pairs.mkdir(parents=True, exist_ok=True)

    for name in EXAMPLES:
        tokenizer = Tokenizer.from_file(str(vocabularies / name / "tokenizer.json"))
        write_goldens(goldens / f"{name}.jsonl", tokenizer, tricky_texts.ALL)

    for name, records in shipped_tokenizers.all_goldens(vocabularies, shipped_texts(), golden).items():
        write_lines(goldens / f"{name}.jsonl", records)

    lesson = (vocabularies / "example-test.txt").read_text(encoding="utf-8").split("\n\n") + tricky_texts.ALL
    synthetic = [*synthetic_tokenizers.all_definitions(lesson), *model_tokenizers.all_definitions(lesson)]
    for name, definition in synthetic:
        path = definitions / f"{name}.json"
        write_json(path, definition)
        write_goldens(goldens / f"{name}.jsonl", Tokenizer.from_file(str(path)), texts_for_synthetic())

    for name in PAIRED:
        tokenizer = Tokenizer.from_file(str(definitions / f"{name}.json"))
        write_lines(pairs / f"{name}.jsonl", list(pair_goldens(tokenizer)))


if __name__ == "__main__":
    main()
