"""Writes what sentencepiece's unigram trainer learns, as golden files for the tests.

    Tests/Fixtures/unigram/multilingual.txt     made-up words of several scripts, drawn with a fixed seed
    Tests/Fixtures/unigram/goldens.jsonl        one object per training:
        name, text          what is trained: a path from the root of the repository
        settings            arguments of SentencePieceTrainer.train beside the defaults
        pieces              [text, score, kind] in the order of the ids; the kinds are those of the format
        logProbability, tokens      of the text under the model, and their number

The characters are not normalized. One thread is used: the sums of several are rounded differently.

    python make_unigram_goldens.py [REPOSITORY]
"""

import argparse
import io
import json
import random
from pathlib import Path
from typing import Any

import sentencepiece

SCRIPTS = [
    "abcdefghijklmnoprstuvw", "abcdefghijklmnoprstuvw", "éàüöñçßø", "абвгдежзиклмнопрстуя", "αβγδεζηθικλμνξοπρστ",
    "的一是不了人我在有他这中大来上个国", "あいうえおかきくけこさしすせそ", "ァィゥカキクー", "가나다라마바사아자차", "אבגדהוזחט", "कखगघचछजटठड",
]
ENGLISH = "vocabs/example-test.txt"
MULTILINGUAL = "Tests/Fixtures/unigram/multilingual.txt"

CASES: list[dict[str, Any]] = [
    {"name": "defaults", "text": ENGLISH, "settings": {"vocab_size": 800}},
    {"name": "few seeds", "text": ENGLISH, "settings": {"vocab_size": 300, "seed_sentencepiece_size": 600}},
    {"name": "short pieces, digits apart", "text": ENGLISH,
     "settings": {"vocab_size": 500, "max_sentencepiece_length": 4, "split_digits": True}},
    {"name": "many rounds", "text": ENGLISH,
     "settings": {"vocab_size": 200, "shrinking_factor": 0.9, "num_sub_iterations": 3}},
    {"name": "pieces across words", "text": ENGLISH, "settings": {"vocab_size": 600, "split_by_whitespace": False}},
    {"name": "space as a suffix", "text": ENGLISH, "settings": {"vocab_size": 500, "treat_whitespace_as_suffix": True}},
    {"name": "special pieces", "text": ENGLISH,
     "settings": {"vocab_size": 700, "user_defined_symbols": ["LORD", "thou"], "control_symbols": ["<mask>"],
                  "byte_fallback": True, "pad_id": 3, "bos_id": -1}},
    {"name": "several scripts", "text": MULTILINGUAL, "settings": {"vocab_size": 300, "character_coverage": 1.0}},
    {"name": "rare characters unknown", "text": MULTILINGUAL,
     "settings": {"vocab_size": 280, "character_coverage": 0.98, "required_chars": "☃"}},
    {"name": "scripts and numbers mixed", "text": MULTILINGUAL,
     "settings": {"vocab_size": 280, "split_by_unicode_script": False, "split_by_number": False}},
    {"name": "spaces kept", "text": MULTILINGUAL,
     "settings": {"vocab_size": 280, "allow_whitespace_only_pieces": True, "remove_extra_whitespaces": False,
                  "add_dummy_prefix": False}},
    {"name": "smaller than asked for", "text": MULTILINGUAL,
     "settings": {"vocab_size": 5000, "hard_vocab_limit": False}},
]


def multilingual(seed: int = 6, lines: int = 260) -> str:
    """Words that repeat as in real text, with a few numbers, signs and odd spaces between."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(draw.choice(SCRIPTS), k=draw.randint(1, 7))) for _ in range(260)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    extras = ["12", "2024", "a1", "x86", "1b", "...", "--", "😀", "e\u0301a", "don't", "１２", "a.b", "のab"]
    text = []
    for _ in range(lines):
        line = [draw.choice(extras) if draw.random() < 0.08 else draw.choices(words, weights)[0]
                for _ in range(draw.randint(0, 12))]
        text.append(draw.choice([" ", " ", " ", "  ", "   "]).join(line) + draw.choice(["\n", "\n", "\n", ".\n"]))
    return "".join(text)


def train(text: str, settings: dict[str, Any]) -> bytes:
    """The model that sentencepiece trains on the lines of a text."""
    model = io.BytesIO()
    arguments = {"normalization_rule_name": "identity", "num_threads": 1, "minloglevel": 2} | settings
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(text.split("\n")), model_writer=model, **arguments)
    return model.getvalue()


def kind(processor: sentencepiece.SentencePieceProcessor, id: int, settings: dict[str, Any]) -> int:
    """The kind of a piece, as the format numbers them."""
    if processor.is_unknown(id):
        return 2
    if processor.is_control(id):
        return 3
    if processor.is_byte(id):
        return 6
    return 4 if processor.id_to_piece(id) in settings.get("user_defined_symbols", []) else 1


def golden(case: dict[str, Any], repository: Path) -> dict[str, Any]:
    text = (repository / case["text"]).read_text(encoding="utf-8")
    processor = sentencepiece.SentencePieceProcessor(model_proto=train(text, case["settings"]))
    ids = [id for line in text.split("\n") for id in processor.encode(line)]
    pieces = [[processor.id_to_piece(id), round(processor.get_score(id), 5), kind(processor, id, case["settings"])]
              for id in range(processor.get_piece_size())]
    unknown = min(score for _, score, kind in pieces if kind == 1) - 10
    scores = [unknown if kind == 2 else score for _, score, kind in pieces]
    return case | {"pieces": pieces, "logProbability": round(sum(scores[id] for id in ids), 3), "tokens": len(ids)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    repository = parser.parse_args().repository
    (repository / MULTILINGUAL).parent.mkdir(parents=True, exist_ok=True)
    (repository / MULTILINGUAL).write_text(multilingual(), encoding="utf-8")
    with (repository / "Tests/Fixtures/unigram/goldens.jsonl").open("w", encoding="utf-8") as file:
        for case in CASES:
            file.write(json.dumps(golden(case, repository), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
