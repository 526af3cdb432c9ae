"""Trains the tokenizers of the two example models: byte-level BPE on the King James Bible.

The two differ wherever a transplant can trip: split rule, size, special tokens (names, ids, order) and the template
that adds the beginning-of-text token.

    base    2,048 tokens, GPT-2 split rule, <|bos|> and <|eos|> are ids 0 and 1
    donor   4,096 tokens, a Llama-3-like split rule, three special tokens at the end of the vocabulary

    python make_tokenizers.py ../../vocabs          # writes example-base/ and example-donor/
"""

import argparse
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

import kjv

BASE_SIZE = 2048
DONOR_SIZE = 4096
BASE_ROLES = {"bos_token": "<|bos|>", "eos_token": "<|eos|>"}
DONOR_ROLES = {"eos_token": "<|endoftext|>", "bos_token": "<|begin_of_text|>", "pad_token": "<|pad|>"}
DONOR_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTEXT = 512


def train(tokenizer: Tokenizer, texts: list[str], size: int, first_tokens: list[str]) -> None:
    """Learns `size` tokens; `first_tokens` take the lowest ids, then come the 256 bytes, then the merges."""
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=first_tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.decoder = decoders.ByteLevel()


def add_template(tokenizer: Tokenizer, bos: str) -> None:
    """Makes the tokenizer put `bos` before every text."""
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A",
        pair=f"{bos} $A {bos} $B:1",
        special_tokens=[(bos, tokenizer.token_to_id(bos))],
    )


def base_tokenizer(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    train(tokenizer, texts, BASE_SIZE, list(BASE_ROLES.values()))
    add_template(tokenizer, BASE_ROLES["bos_token"])
    return tokenizer


def donor_tokenizer(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(DONOR_SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    train(tokenizer, texts, DONOR_SIZE - len(DONOR_ROLES), [])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in DONOR_ROLES.values()])
    add_template(tokenizer, DONOR_ROLES["bos_token"])
    return tokenizer


def save(tokenizer: Tokenizer, roles: dict[str, str], directory: Path) -> None:
    """Writes tokenizer.json and the two small files that say which token has which role."""
    directory.mkdir(parents=True, exist_ok=True)
    configuration = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONTEXT,
        **roles,
    }
    tokenizer.save(str(directory / "tokenizer.json"))
    for name, content in [("tokenizer_config.json", configuration), ("special_tokens_map.json", roles)]:
        (directory / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="directory for example-base/ and example-donor/")
    arguments = parser.parse_args()
    texts = kjv.documents("train")
    save(base_tokenizer(texts), BASE_ROLES, arguments.output / "example-base")
    save(donor_tokenizer(texts), DONOR_ROLES, arguments.output / "example-donor")


if __name__ == "__main__":
    main()
