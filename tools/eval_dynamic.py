"""Bits per byte after merged prompts with transformers and `inputs_embeds`: what `graft eval --dynamic` is checked against.

Documents are cut into parts that fit the context, at most CONTEXT - 1 tokens and ending where a piece of the pre-tokenizer
does; the first half of a part, rounded up to whole pieces, is its prompt. `graft merge` merges the prompts and makes rows
for the new tokens; the model reads the token that begins documents, the rows of the prompt and the continuation as
`inputs_embeds`, and the tokens of the continuation are scored.

    python eval_dynamic.py MODEL --text FILE [--graft .build/release/graft] [--separator nul] [--reductions 0,50,100]
        [--method mean] [--donor MODEL] [--batch-size 32] [--context N]

prints the measures of both for every reduction, and fails when they differ by more than a thousandth of a nat per token.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

from eval_bits_per_byte import LONGEST_CONTEXT, SEPARATORS, read_documents

TOLERANCE = 1e-3


class Part:
    """A prompt and what follows it, of a document's tokens."""

    def __init__(self, text: str, ids: list[int], offsets: list[tuple[int, int]], start: int, middle: int, end: int):
        first, cut = offsets[start][0], offsets[middle][0]
        last = offsets[end][0] if end < len(ids) else len(text)
        self.prompt = text[first:cut]
        self.prompt_ids = ids[start:middle]
        self.continuation = ids[middle:end]
        self.bytes = len(text[cut:last].encode())


def parts(tokenizer, document: str, limit: int) -> list[Part]:
    encoding = tokenizer(document, add_special_tokens=False, return_offsets_mapping=True)
    ids, words = encoding["input_ids"], encoding.word_ids()
    starts = [place for place in range(len(ids)) if place == 0 or words[place] != words[place - 1]] + [len(ids)]
    result = []
    first = 0
    while first + 1 < len(starts):
        start = starts[first]
        last = max(index for index, place in enumerate(starts) if place <= start + limit)
        if last <= first:
            break
        wanted = start + math.ceil((starts[last] - start) * 0.5)
        middle = next(place for place in starts[first:last + 1] if place >= wanted)
        if start < middle < starts[last]:
            result.append(Part(document, ids, encoding["offset_mapping"], start, middle, starts[last]))
        first = last
    return result


def merged_rows(arguments, prompts: list[Part], percent: float, embedding: torch.Tensor) -> list[torch.Tensor]:
    """The input rows of every prompt after merging, taken from what graft writes."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "merged"
        command = [arguments.graft, "merge", "--model", str(arguments.model), "--format", "jsonl", "--no-special-tokens",
                   "--batch-size", str(arguments.batch_size), "--reduction", str(percent), "--method", arguments.method,
                   "--cache-rows", "100000", "--output", str(output)]
        command += ["--donor", arguments.donor] if arguments.donor else []
        lines = "".join(json.dumps({"text": part.prompt}) + "\n" for part in prompts)
        subprocess.run(command, input=lines.encode(), check=True, stdout=subprocess.DEVNULL)
        tensors = load_file(output / "dynamic-embeddings.safetensors")
        for line, part in zip((output / "tokens.jsonl").open(), prompts):
            if sum(json.loads(line)["ids"], []) != part.prompt_ids:
                sys.exit(f"a prompt by itself has other tokens than in its document: {part.prompt[-40:]!r}")
    table = torch.cat([embedding, tensors["embeddings"]])
    starts = tensors["gather_starts"].tolist()
    return [table[tensors["gather"][start:end].long()] for start, end in zip(starts, starts[1:])]


def nats(model, start: int, rows: torch.Tensor, part: Part, embedding: torch.Tensor) -> float:
    ids = torch.tensor(part.continuation)
    inputs = torch.cat([embedding[start:start + 1], rows, embedding[ids[:-1]]])
    with torch.inference_mode():
        logits = model(inputs_embeds=inputs[None]).logits[0, -len(ids):]
    return functional.cross_entropy(logits, ids, reduction="sum").item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--graft", default=".build/release/graft")
    parser.add_argument("--separator", choices=SEPARATORS, default="nul")
    parser.add_argument("--reductions", default="0,50,100")
    parser.add_argument("--method", default="mean")
    parser.add_argument("--donor")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--context", type=int)
    arguments = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    embedding = model.get_input_embeddings().weight.detach()
    context = arguments.context or min(model.config.max_position_embeddings, LONGEST_CONTEXT)
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else model.config.bos_token_id
    documents = read_documents(arguments.text, arguments.separator)
    prompts = [part for document in documents for part in parts(tokenizer, document, context - 1)]
    tokens = sum(len(part.continuation) for part in prompts)
    size = sum(part.bytes for part in prompts)

    command = [arguments.graft, "eval", str(arguments.model), "--text", str(arguments.text), "--dynamic", "--json",
               "--separator", arguments.separator, "--context", str(context), "--reductions", arguments.reductions,
               "--method", arguments.method, "--batch-size", str(arguments.batch_size), "--cache-rows", "100000"]
    command += ["--donor", arguments.donor] if arguments.donor else []
    native = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    print(f"{len(prompts)} prompts, {tokens} tokens and {size} bytes after them, rows by {native['method']}")
    worst = 0.0
    for point, percent in zip(native["points"], map(float, arguments.reductions.split(","))):
        rows = merged_rows(arguments, prompts, percent, embedding)
        total = sum(nats(model, start, row, part, embedding) for row, part in zip(rows, prompts))
        bits = total / math.log(2) / size
        worst = max(worst, abs(total / tokens - point["natsPerToken"]))
        print(f"{percent:5.0f} %  {sum(map(len, rows)):8} prompt tokens  transformers {bits:.5f}, "
              f"graft {point['bitsPerByte']:.5f} bits per byte")
        if (point["tokens"], point["bytes"], point["promptTokens"]) != (tokens, size, sum(map(len, rows))):
            sys.exit("the two did not measure the same text")
    print(f"largest difference: {worst:.2e} nats per token")
    if worst > TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
