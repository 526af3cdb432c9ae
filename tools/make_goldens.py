"""Writes what Hugging Face tokenizers answers, as golden files for the tests, and the tiny tokenizers they are about.

The two shipped example tokenizers are asked all texts of tricky_texts.py; each synthetic tokenizer, written next to
the golden files, is asked every third of them and those with special tokens.

    Tests/Fixtures/tokenizers/NAME.json       synthetic tokenizers
    Tests/Fixtures/goldens/NAME.jsonl         one object per text:
        text
        ids, tokens         encoded without adding special tokens
        offsets             of these tokens, in bytes of the text's UTF-8
        charOffsets         of these tokens, in Unicode scalars, as tokenizers gives them
        idsWithSpecials     encoded with the special tokens of the post-processor
        decoded             ids decoded, special tokens kept
        decodedSkippingSpecials     idsWithSpecials decoded, special tokens left out

    python make_goldens.py [REPOSITORY]
"""

import argparse
import json
from itertools import accumulate
from pathlib import Path

from tokenizers import Tokenizer

import synthetic_tokenizers
import tricky_texts

EXAMPLES = ["example-base", "example-donor"]
LONGEST_SYNTHETIC_TEXT = 120


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
    lines = [compact(golden(tokenizer, text)) + "\n" for text in texts]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def compact(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def texts_for_synthetic() -> list[str]:
    """A part of the texts, because there are many synthetic tokenizers: no long runs, all special tokens."""
    some = [text for text in tricky_texts.ALL[::3] + tricky_texts.SPECIAL if len(text) <= LONGEST_SYNTHETIC_TEXT]
    return list(dict.fromkeys(some))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent)
    repository = parser.parse_args().repository

    vocabularies = repository / "vocabs"
    definitions = repository / "Tests/Fixtures/tokenizers"
    goldens = repository / "Tests/Fixtures/goldens"
    definitions.mkdir(parents=True, exist_ok=True)
    goldens.mkdir(parents=True, exist_ok=True)

    for name in EXAMPLES:
        tokenizer = Tokenizer.from_file(str(vocabularies / name / "tokenizer.json"))
        write_goldens(goldens / f"{name}.jsonl", tokenizer, tricky_texts.ALL)

    lesson = (vocabularies / "example-test.txt").read_text(encoding="utf-8").split("\n\n") + tricky_texts.ALL
    for name, definition in synthetic_tokenizers.all_definitions(lesson):
        path = definitions / f"{name}.json"
        write_json(path, definition)
        write_goldens(goldens / f"{name}.jsonl", Tokenizer.from_file(str(path)), texts_for_synthetic())


if __name__ == "__main__":
    main()
