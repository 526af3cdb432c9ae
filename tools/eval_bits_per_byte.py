"""Bits per byte of language models on a text: what a transplant costs, in numbers that do not depend on the tokenizer.

Every document is scored from its beginning-of-text token, which itself is not scored; nor is anything after the text.
A document longer than the model's context is scored in windows of that length that overlap by half, each token
in the first window that holds it.

    python eval_bits_per_byte.py BASE DONOR OUT --text FILE [--separator blank|nul|none] [--json]
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

SEPARATORS = {"blank": "\n\n", "nul": "\0"}
LONGEST_WINDOW = 2048


def read_documents(file: Path, separator: str) -> list[str]:
    """The file's documents, without the line ends around them; empty ones are left out."""
    text = file.read_bytes().decode("utf-8")
    parts = text.split(SEPARATORS[separator]) if separator in SEPARATORS else [text]
    return [part.strip("\n") for part in parts if part.strip("\n")]


def token_ids(tokenizer, document: str) -> list[int]:
    """The beginning-of-text token and the document's tokens."""
    ids = tokenizer(document, add_special_tokens=False)["input_ids"]
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    if start is None:
        sys.exit("the tokenizer has neither a bos nor an eos token to begin a document with")
    return [start] + ids


@torch.no_grad()
def nats(model, ids: list[int], window: int) -> float:
    """The negative log-likelihood of all ids but the first."""
    total = 0.0
    scored = 1
    start = 0
    while scored < len(ids):
        part = torch.tensor([ids[start:start + window]])
        logits: Tensor = model(input_ids=part, use_cache=False).logits[0, :-1].float()
        skip = scored - start - 1
        total += functional.cross_entropy(logits[skip:], part[0, 1 + skip:], reduction="sum").item()
        scored = start + part.shape[1]
        start = max(scored - window // 2, 0)
    return total


def evaluate(directory: str, documents: list[str]) -> dict:
    """The model's numbers on the documents, under the names that `graft eval --json` uses."""
    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    window = min(getattr(model.config, "max_position_embeddings", LONGEST_WINDOW), LONGEST_WINDOW)
    encoded = [token_ids(tokenizer, document) for document in documents]
    size = sum(len(document.encode()) for document in documents)
    bits = sum(nats(model, ids, window) for ids in encoded) / math.log(2)
    return {"bitsPerByte": bits / size, "bytes": size, "tokens": sum(len(ids) - 1 for ids in encoded)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="model directories")
    parser.add_argument("--text", type=Path, required=True, metavar="FILE")
    parser.add_argument("--separator", choices=[*SEPARATORS, "none"], default="blank", help="between documents")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    documents = read_documents(arguments.text, arguments.separator)
    for model in arguments.models:
        result = evaluate(model, documents)
        if arguments.json:
            print(json.dumps({"model": model, **result}), flush=True)
        else:
            print(f"{result['bitsPerByte']:.4f} bits per byte  {result['tokens']} tokens  "
                  f"{result['bytes']} bytes  {model}", flush=True)


if __name__ == "__main__":
    main()
