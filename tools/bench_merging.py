"""Dynamic tokenization in Python, as the paper's algorithm states it, and how much faster graft is.

Feher, Vulić and Minixhofer 2024 (arXiv 2411.18553) merge the tokens of a batch like this: all pairs of neighbouring
tokens are counted anew in every round, overlaps included, a dictionary keeping the order in which pairs are first seen;
the most frequent pair, of equally frequent ones the first, is replaced from left to right in every sequence; until
enough merges are made or no pair is left. Pairs merge within the pieces of the pre-tokenizer.

    python bench_merging.py TOKENIZER.json TEXT --graft .build/release/graft [--batch N] [--merges N] [--lines N]

runs both on the same lines, compares every merge and every token, and prints the processor time of the merging alone in
Python and of graft's whole program (reading, encoding and writing included). Where GraftBench has been built
(`swift build -c release --package-path tools/bench`), it also times graft's merging alone, and the same recount in Swift.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tokenizers import Tokenizer


def byte_alphabet() -> dict[int, str]:
    """GPT-2's printable characters for bytes."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    alphabet = {byte: chr(byte) for byte in printable}
    others = (byte for byte in range(256) if byte not in alphabet)
    return alphabet | {byte: chr(256 + index) for index, byte in enumerate(others)}


class Batch:
    """Texts in tokens of a byte-level vocabulary, merged by full recounts."""

    def __init__(self, tokenizer: Tokenizer, texts: list[str]):
        encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
        added = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
        self.tokens = [list(encoding.tokens) for encoding in encodings]
        # The piece of every token; added tokens have one of their own each.
        self.pieces = [
            [(word, index if token in added else None)
             for index, (token, word) in enumerate(zip(encoding.tokens, encoding.word_ids))]
            for encoding in encodings
        ]
        self.merges: list[tuple[str, str, int]] = []

    def count_pairs(self) -> dict[tuple[str, str], int]:
        counts: dict[tuple[str, str], int] = {}
        for tokens, pieces in zip(self.tokens, self.pieces):
            for place in range(len(tokens) - 1):
                if pieces[place] == pieces[place + 1]:
                    pair = (tokens[place], tokens[place + 1])
                    counts[pair] = counts.get(pair, 0) + 1
        return counts

    def merge(self, limit: int | None = None) -> None:
        """Merges until no pair is left, or so many times."""
        while limit is None or len(self.merges) < limit:
            counts = self.count_pairs()
            if not counts:
                return
            # `max` takes the first of equals, in the order in which they were inserted.
            pair = max(counts, key=counts.get)
            self.merges.append((*pair, counts[pair]))
            for index in range(len(self.tokens)):
                self.replace(index, pair)

    def replace(self, index: int, pair: tuple[str, str]) -> None:
        tokens, pieces = self.tokens[index], self.pieces[index]
        new_tokens: list[str] = []
        new_pieces: list = []
        place = 0
        while place < len(tokens):
            isPair = (place + 1 < len(tokens) and tokens[place] == pair[0] and tokens[place + 1] == pair[1]
                      and pieces[place] == pieces[place + 1])
            new_tokens.append(pair[0] + pair[1] if isPair else tokens[place])
            new_pieces.append(pieces[place])
            place += 2 if isPair else 1
        self.tokens[index], self.pieces[index] = new_tokens, new_pieces


def run_graft(graft: str, tokenizer: Path, texts: list[str], batch_size: int, limit: int | None):
    """The merges and the tokens that graft makes, and its processor time."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "merged"
        command = [graft, "merge", "-t", str(tokenizer), "--format", "jsonl", "--no-special-tokens",
                   "--batch-size", str(batch_size), "--output", str(output)]
        command += ["--word-level"] if limit is None else ["--merges", str(limit)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, input=lines.encode(), check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        merges = [json.loads(line) for line in (output / "merges.jsonl").open()]
        tokens = [json.loads(line)["tokens"] for line in (output / "tokens.jsonl").open()]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [(merge["batch"], merge["a"], merge["b"], merge["count"]) for merge in merges], tokens, seconds


def run_library(bench: Path, tokenizer: Path, texts: list[str], batch_size: int, limit: int | None) -> dict:
    """The times of merging alone: by graft's library, and by a recount in Swift."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(texts))
        file.flush()
        command = [str(bench), "merging", str(tokenizer), "-", file.name, str(batch_size), str(limit or 0)]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--graft", default=".build/release/graft")
    parser.add_argument("--bench", type=Path, default=Path("tools/bench/.build/release/GraftBench"))
    parser.add_argument("--batch", type=int, default=32, help="lines that are merged together")
    parser.add_argument("--merges", type=int, help="merges of each batch; without it until nothing is left")
    parser.add_argument("--lines", type=int, help="use only so many lines")
    arguments = parser.parse_args()

    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    tokenizer.no_truncation()
    texts = arguments.text.read_text().splitlines()[: arguments.lines]
    start = time.process_time()
    merges, tokens, seconds = [], [], 0.0
    for number, first in enumerate(range(0, len(texts), arguments.batch)):
        batch = Batch(tokenizer, texts[first:first + arguments.batch])
        start = time.process_time()
        batch.merge(arguments.merges)
        seconds += time.process_time() - start
        merges += [(number, *merge) for merge in batch.merges]
        tokens += batch.tokens
    base = sum(len(encoding) for encoding in tokenizer.encode_batch(texts, add_special_tokens=False))
    print(f"{len(texts)} lines, {base} tokens, {len(merges)} merges, {sum(map(len, tokens))} tokens after them")
    made = run_graft(arguments.graft, arguments.tokenizer, texts, arguments.batch, arguments.merges)
    print(f"python {seconds:.3f} s, graft {made[2]:.3f} s of processor time: {seconds / made[2]:.0f} times faster")
    if arguments.bench.exists():
        library = run_library(arguments.bench, arguments.tokenizer, texts, arguments.batch, arguments.merges)
        if library["merges"] != len(merges) or not library["equal"]:
            sys.exit("the recount in Swift differs")
        merging, recount = library["merging"], library["recount"]
        print(f"merging alone {merging:.4f} s: {seconds / merging:.0f} times faster than Python, "
              f"{recount / merging:.0f} times faster than the recount in Swift ({recount:.3f} s)")
    if made[0] != merges or made[1] != tokens:
        differing = next((pair for pair in zip(merges, made[0]) if pair[0] != pair[1]), None)
        sys.exit(f"the merges or tokens differ: {differing or 'in number'}")
    print("merges and tokens are the same")


if __name__ == "__main__":
    main()
