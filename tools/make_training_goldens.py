"""Writes what Hugging Face's trainers learn, as golden files for the tests.

    Tests/Fixtures/training/multilingual.txt    made-up words of several scripts, drawn with a fixed seed
    Tests/Fixtures/training/goldens.jsonl       one object per training:
        name, model, split, normalizer, documents   what is trained on what; documents: each text file is one document
        vocabSize, minFrequency, special, unknown, alphabetLimit, alphabet, maxTokenLength, prefix, suffix, byteFallback
        vocabulary      the tokens in the order of their ids, null for an id that no token has
        merges          pairs of tokens in the order of their ranks

Hugging Face gives characters with a prefix or a suffix their ids in an order that differs from run to run. For these
settings all characters are named to it as special tokens, in the order that graft promises: plain characters, then those
with the prefix, with the suffix, with both, each in order of the code points.

    python make_training_goldens.py [REPOSITORY]
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

SCRIPTS = [
    "abcdefghijklmnoprstuvw", "abcdefghijklmnoprstuvw", "éàüöñçßø", "абвгдежзиклмнопрстуя", "αβγδεζηθικλμνξοπρστ",
    "的一是不了人我在有他这中大来上个国", "あいうえおかきくけこさしすせそ", "가나다라마바사아자차", "אבגדהוזחט", "कखगघचछजटठड",
]
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())


def multilingual(seed: int = 5, lines: int = 220) -> str:
    """Words that repeat as in real text, with a few numbers, signs, emoji and odd spaces between."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(draw.choice(SCRIPTS), k=draw.randint(1, 7))) for _ in range(260)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    extras = ["12", "2024", "1234567", "##a", "#", "...", "--", "😀", "👩‍💻", "a_b", "I'll", "don't", "ﬁ"]
    text = []
    for _ in range(lines):
        line = [draw.choice(extras) if draw.random() < 0.08 else draw.choices(words, weights)[0]
                for _ in range(draw.randint(0, 12))]
        text.append(draw.choice([" ", " ", " ", "  ", "\t"]).join(line) + draw.choice(["\n", "\n", "\n", "\r\n", ".\n"]))
    return "".join(text)


CASES: list[dict[str, Any]] = [
    {"name": "byte level", "split": "gpt2", "vocabSize": 560, "special": ["<|endoftext|>", "<|pad|>"], "allBytes": True},
    {"name": "byte level, bytes that occur", "split": "gpt2", "vocabSize": 420, "minFrequency": 5},
    {"name": "cl100k", "split": "cl100k", "vocabSize": 520, "minFrequency": 2, "allBytes": True},
    {"name": "longest token", "split": "cl100k", "vocabSize": 500, "maxTokenLength": 4, "allBytes": True},
    {"name": "metaspace with bytes", "split": "metaspace", "vocabSize": 600, "special": ["<unk>", "<s>", "</s>"],
     "unknown": "<unk>", "byteFallback": True},
    {"name": "metaspace, limited alphabet", "split": "metaspace", "vocabSize": 330, "alphabetLimit": 40},
    {"name": "initial alphabet", "split": "whitespace", "vocabSize": 340, "minFrequency": 3, "alphabet": "zZ☃a"},
    {"name": "initial alphabet within a limit", "split": "whitespace", "vocabSize": 300, "alphabet": "zZ☃",
     "alphabetLimit": 30},
    {"name": "normalized", "split": "whitespace", "normalizer": "nfkc,lowercase", "vocabSize": 320},
    {"name": "suffix", "split": "whitespace", "vocabSize": 420, "suffix": "</w>", "special": ["<s>"]},
    {"name": "prefix", "split": "whitespace", "vocabSize": 460, "prefix": "##"},
    {"name": "prefix and suffix", "split": "words", "vocabSize": 560, "prefix": "@", "suffix": "</w>", "minFrequency": 2},
    {"name": "wordpiece", "model": "wordpiece", "split": "bert", "vocabSize": 460,
     "special": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "unknown": "[UNK]"},
    {"name": "word level", "model": "wordlevel", "split": "words", "vocabSize": 120, "minFrequency": 2,
     "special": ["<unk>", "the"], "unknown": "<unk>"},
    {"name": "all words", "model": "wordlevel", "split": "whitespace", "vocabSize": 5000, "special": ["<unk>"],
     "unknown": "<unk>"},
    {"name": "smaller than the alphabet", "split": "metaspace", "vocabSize": 10},
    {"name": "uncut lines", "split": "none", "vocabSize": 420},
    {"name": "uncut documents", "split": "none", "vocabSize": 420, "documents": True},
    {"name": "every pair", "split": "words", "vocabSize": 100000, "maxTokenLength": 5, "files": ["small"]},
]


def pre_tokenizer(name: str) -> pre_tokenizers.PreTokenizer | None:
    match name:
        case "gpt2":
            return pre_tokenizers.ByteLevel(add_prefix_space=False)
        case "cl100k":
            return pre_tokenizers.Sequence([
                pre_tokenizers.Split(Regex(CL100K), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ])
        case "metaspace":
            return pre_tokenizers.Metaspace()
        case "whitespace":
            return pre_tokenizers.WhitespaceSplit()
        case "words":
            return pre_tokenizers.Whitespace()
        case "bert":
            return pre_tokenizers.BertPreTokenizer()
    return None


def normalizer(case: dict[str, Any]) -> normalizers.Normalizer | None:
    if case.get("normalizer"):
        return normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    return normalizers.BertNormalizer() if case["split"] == "bert" else None


def empty_tokenizer(case: dict[str, Any]) -> Tokenizer:
    model = {"bpe": models.BPE, "wordpiece": models.WordPiece, "wordlevel": models.WordLevel}[case.get("model", "bpe")]
    tokenizer = Tokenizer(model())
    if (part := normalizer(case)) is not None:
        tokenizer.normalizer = part
    if (part := pre_tokenizer(case["split"])) is not None:
        tokenizer.pre_tokenizer = part
    return tokenizer


def words_of(tokenizer: Tokenizer, texts: list[str]) -> list[str]:
    """The words that a trainer sees."""
    words = []
    for text in texts:
        if tokenizer.normalizer is not None:
            text = tokenizer.normalizer.normalize_str(text)
        cut = tokenizer.pre_tokenizer
        words += [word for word, _ in cut.pre_tokenize_str(text)] if cut is not None else [text]
    return words


def variants(words: list[str], prefix: str, suffix: str) -> list[str]:
    """All characters in all places that they stand in, in the order that graft promises."""
    groups: list[set[str]] = [set(), set(), set(), set(), set()]
    for word in words:
        for index, character in enumerate(word):
            has_prefix, has_suffix = bool(prefix) and index > 0, bool(suffix) and index == len(word) - 1
            groups[0].add(character)
            groups[1 + has_prefix + 2 * has_suffix].add(character)
    spelled = [[character for character in sorted(groups[0])]]
    for index, group in enumerate(groups[1:]):
        spelled.append([(prefix if index & 1 else "") + character + (suffix if index & 2 else "")
                        for character in sorted(group)])
    return [token for group in spelled for token in group]


def train(case: dict[str, Any], texts: list[str], are_files: bool = False) -> Tokenizer:
    """Trains on texts, or on the files that are named where no order of ids must be given."""
    tokenizer = empty_tokenizer(case)
    special = list(case.get("special", []))
    if case.get("byteFallback"):
        special += [f"<0x{byte:02X}>" for byte in range(256)]
    options: dict[str, Any] = {}
    prefix = case.get("prefix", "##" if case.get("model") == "wordpiece" else "")
    suffix = case.get("suffix", "")
    if prefix or suffix:
        special += variants(words_of(tokenizer, texts), prefix, suffix)
    if case.get("model") != "wordpiece":
        options |= {"continuing_subword_prefix": prefix} if prefix else {}
        options |= {"max_token_length": case["maxTokenLength"]} if "maxTokenLength" in case else {}
    options |= {"end_of_word_suffix": suffix} if suffix else {}
    options |= {"limit_alphabet": case["alphabetLimit"]} if "alphabetLimit" in case else {}
    alphabet = ALPHABET if case.get("allBytes") else list(case.get("alphabet", ""))
    if case.get("model") != "wordlevel":
        options["initial_alphabet"] = alphabet
    kind = {"bpe": trainers.BpeTrainer, "wordpiece": trainers.WordPieceTrainer,
            "wordlevel": trainers.WordLevelTrainer}[case.get("model", "bpe")]
    trainer = kind(vocab_size=case["vocabSize"], min_frequency=case.get("minFrequency", 0), special_tokens=special,
                   show_progress=False, **options)
    if are_files:
        tokenizer.train(texts, trainer)
    else:
        tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def learned(tokenizer: Tokenizer) -> tuple[list[str | None], list[list[str]]]:
    """The vocabulary in order of the ids, with null for an id that no token has, and the merges."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = {id: token for token, id in model["vocab"].items()}
    return [tokens.get(id) for id in range(max(tokens) + 1)], model.get("merges", [])


def cut_limit(case: dict[str, Any], texts: list[str]) -> None:
    """Moves a limit of the alphabet to where the characters on both sides are not equally frequent."""
    counts: dict[str, int] = {}
    for word in words_of(empty_tokenizer(case), texts):
        for character in word:
            counts[character] = counts.get(character, 0) + 1
    counts |= {character: 1 << 40 for character in case.get("alphabet", "")}
    ranked = sorted(counts.values(), reverse=True)
    limit = case["alphabetLimit"]
    while ranked[limit - 1] == ranked[limit]:
        limit += 1
    case["alphabetLimit"] = limit


def lines(text: str) -> list[str]:
    """The lines of a text with their newlines, as `train` reads them from files."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).parent.parent)
    repository = parser.parse_args().repository
    folder = repository / "Tests/Fixtures/training"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "multilingual.txt").write_bytes(multilingual().encode())
    (folder / "small.txt").write_bytes(multilingual(seed=7, lines=12).encode())
    prose = (repository / "vocabs/example-test.txt").read_bytes().decode()
    texts = {"prose": prose, **{path.stem: path.read_bytes().decode() for path in folder.glob("*.txt")}}
    with open(folder / "goldens.jsonl", "w", encoding="utf-8") as out:
        for case in CASES:
            case = {"files": ["prose", "multilingual"], **case}
            documents = [texts[name] for name in case["files"]]
            if not case.get("documents"):
                documents = [line for text in documents for line in lines(text)]
            if "alphabetLimit" in case:
                cut_limit(case, documents)
            case["vocabulary"], case["merges"] = learned(train(case, documents))
            out.write(json.dumps(case, ensure_ascii=False) + "\n")
            print(case["name"], len(case["vocabulary"]), len(case["merges"]))


if __name__ == "__main__":
    main()
