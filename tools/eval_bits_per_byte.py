"""Bits per byte of language models on a text with transformers: what `graft eval` is checked against.

Every document is scored from its beginning-of-text token, which itself is not scored; nor is anything after the text.
A document longer than the context is scored in windows of that length that overlap by half, the last one ending with
the document, each token in the first window that holds it.

    python eval_bits_per_byte.py MODEL … --text FILE [--separator nul|blank-line|none] [--context N] [--json]
    python eval_bits_per_byte.py MODEL … --text FILE --graft .build/release/graft    # both, and who is faster
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

SEPARATORS = ("nul", "blank-line", "none")
LONGEST_CONTEXT = 2048


def read_documents(file: Path, separator: str) -> list[str]:
    """The file's documents; those between blank lines without the line ends around them. Empty ones are left out."""
    text = file.read_bytes().decode("utf-8")
    if separator == "nul":
        parts = text.split("\0")
    elif separator == "blank-line":
        parts = [part.strip("\n") for part in text.split("\n\n")]
    else:
        parts = [text]
    return [part for part in parts if part]


def token_ids(tokenizer, config, document: str) -> list[int]:
    """The beginning-of-text token and the document's tokens."""
    ids = tokenizer(document, add_special_tokens=False)["input_ids"]
    starts = (tokenizer.bos_token_id, config.bos_token_id, tokenizer.eos_token_id)
    start = next((start for start in starts if start is not None), None)
    if start is None:
        sys.exit("the tokenizer has neither a bos nor an eos token to begin a document with")
    return [start] + ids


def windows(ids: list[int], context: int) -> list[tuple[list[int], int]]:
    """The windows of a document, each with the position in it of the first token that is scored there."""
    end = min(len(ids), context)
    result = [(ids[:end], 1)]
    while end < len(ids):
        following = min(end + context // 2, len(ids))
        result.append((ids[following - context:following], context - (following - end)))
        end = following
    return result


@torch.no_grad()
def score(model, parts: list[tuple[list[int], int]], batch: int) -> tuple[float, int]:
    """The negative log-likelihood in nats of all tokens that are scored, and how many of them were most probable."""
    parts = sorted(parts, key=lambda part: len(part[0]))
    nats, hits = 0.0, 0
    for start in range(0, len(parts), batch):
        group = parts[start:start + batch]
        width = max(len(ids) for ids, _ in group)
        inputs = torch.zeros(len(group), width, dtype=torch.long)
        scored = torch.zeros(len(group), width, dtype=torch.bool)
        for row, (ids, first) in enumerate(group):
            inputs[row, :len(ids)] = torch.tensor(ids)
            scored[row, first:len(ids)] = True
        logits = model(input_ids=inputs, use_cache=False).logits[:, :-1][scored[:, 1:]].float()
        targets = inputs[:, 1:][scored[:, 1:]]
        nats += functional.cross_entropy(logits, targets, reduction="sum").item()
        hits += int((logits.argmax(-1) == targets).sum())
    return nats, hits


def evaluate(directory: str, documents: list[str], context: int | None, batch: int) -> dict:
    """The model's numbers on the documents, under the names that `graft eval --json` uses."""
    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    context = context or min(getattr(model.config, "max_position_embeddings", LONGEST_CONTEXT), LONGEST_CONTEXT)
    encoded = [token_ids(tokenizer, model.config, document) for document in documents]
    size = sum(len(document.encode()) for document in documents)
    tokens = sum(len(ids) - 1 for ids in encoded)
    nats, hits = score(model, [part for ids in encoded for part in windows(ids, context)], batch)
    return {"bitsPerByte": nats / math.log(2) / size, "bytes": size, "tokens": tokens, "documents": len(documents),
            "nats": nats, "top1": hits / tokens, "tokensPerByte": tokens / size}


def timed(function) -> tuple[dict, float, float]:
    """A result with the wall time and the processor time that it took, this process and its children together."""
    def processor() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    wall, used = time.perf_counter(), processor()
    result = function()
    return result, time.perf_counter() - wall, processor() - used


def compare(graft: str, model: str, arguments, documents: list[str]) -> bool:
    """Measures a model with both programs; whether they agree to 1e-4 bits per byte."""
    command = [graft, "eval", model, "--text", str(arguments.text), "--separator", arguments.separator, "--json"]
    if arguments.context:
        command += ["--context", str(arguments.context)]
    ours, our_wall, our_time = timed(lambda: json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    theirs, their_wall, their_time = timed(lambda: evaluate(model, documents, arguments.context, arguments.batch))
    agrees = all(ours[key] == theirs[key] for key in ("bytes", "tokens", "documents"))
    agrees = agrees and abs(ours["bitsPerByte"] - theirs["bitsPerByte"]) < 1e-4
    print(f"{model}  graft {ours['bitsPerByte']:.5f}  transformers {theirs['bitsPerByte']:.5f}  "
          f"top-1 {ours['top1']:.4f} {theirs['top1']:.4f}  tokens {ours['tokens']} {theirs['tokens']}  "
          f"{'agree' if agrees else 'DIFFER'}")
    for name, wall, used in (("graft", our_wall, our_time), ("transformers", their_wall, their_time)):
        print(f"  {name:12} {ours['tokens'] / wall:9.0f} tokens/s  {ours['tokens'] / used:9.0f} per processor second")
    print(f"  ratio        {their_wall / our_wall:9.2f} in wall time  {their_time / our_time:9.2f} in processor time")
    return agrees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="model directories")
    parser.add_argument("--text", type=Path, required=True, metavar="FILE")
    parser.add_argument("--separator", choices=SEPARATORS, default="none", help="between documents")
    parser.add_argument("--context", type=int, help="tokens of a window")
    parser.add_argument("--batch", type=int, default=16, help="windows that transformers runs together")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--graft", help="compare with this program")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    documents = read_documents(arguments.text, arguments.separator)
    if arguments.graft:
        # Not all(…) over a generator: every model is to be measured.
        sys.exit(not all([compare(arguments.graft, model, arguments, documents) for model in arguments.models]))
    for model in arguments.models:
        result = evaluate(model, documents, arguments.context, arguments.batch)
        if arguments.json:
            print(json.dumps({"model": model, **result}), flush=True)
        else:
            print(f"{result['bitsPerByte']:.4f} bits per byte  {result['tokens']} tokens  "
                  f"{result['bytes']} bytes  {model}", flush=True)


if __name__ == "__main__":
    main()
