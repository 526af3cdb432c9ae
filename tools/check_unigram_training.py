"""Trains unigram models with sentencepiece and with graft on the same text and compares them.

Every file is cut into lines, of which each twentieth is held out; the lines are shuffled with a fixed seed. Both
normalize as sentencepiece does by default. sentencepiece loads both models and encodes the held-out lines. For each training one row:

    same        the share of sentencepiece's pieces that graft's model has
    score       the median difference of the scores of these
    nats        the log-probability of the held-out text per character, of both
    tokens      of the held-out text, of both
    seconds     of user time on one thread, reading and writing included, of both; measured one after the other
    MB          the most memory used, of both

    swift build -c release --product graft
    python check_unigram_training.py [--vocab-size 8000] [--megabytes 10] [--options=OPTIONS] [FILE...]

OPTIONS are further ones of `graft train`. Without files, the documentation that the machine has is the text. Exits with
1 when fewer than 97 % of the pieces are the same, or graft's model is worse than sentencepiece's by more than 0.2 %.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import sentencepiece

GRAFT = Path(__file__).parent.parent / ".build/release/graft"
LEAST_SAME, MOST_WORSE = 0.97, 1.002
LONGEST_LINE = 4192


def documents_of_machine() -> list[Path]:
    """Text that most machines have, in a fixed order."""
    root = Path("/usr/share")
    return sorted(path for kind in ("txt", "html", "pod", "md", "rst") for path in root.glob(f"**/*.{kind}"))


def lines_of(paths: list[Path], size: int) -> list[str]:
    """Shuffled lines of the files that sentencepiece would not leave out, `size` bytes in all."""
    lines = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        lines += [line for line in text.replace("\r", "").replace("\0", "").split("\n")
                  if line.strip() and "\u2585" not in line and len(line.encode()) <= LONGEST_LINE]
    random.Random(1).shuffle(lines)
    kept = []
    for line in lines:
        size -= len(line.encode()) + 1
        if size < 0:
            break
        kept.append(line)
    return kept


def measured(command: list[str]) -> tuple[float, float]:
    """Runs a program: seconds of user time and megabytes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)[:300]} failed:\n{errors.decode(errors='replace')[-2000:]}")
    return usage.ru_utime, usage.ru_maxrss / 1024


def train_reference(text: Path, out: Path, vocab_size: int) -> tuple[float, float]:
    arguments = {"input": str(text), "model_prefix": str(out.with_suffix("")), "vocab_size": vocab_size,
                 "num_threads": 1, "minloglevel": 2}
    code = f"import sentencepiece; sentencepiece.SentencePieceTrainer.train(**{arguments!r})"
    return measured([sys.executable, "-c", code])


def train_graft(text: Path, out: Path, vocab_size: int, options: list[str]) -> tuple[float, float]:
    return measured([str(GRAFT), "train", str(text), "--model", "unigram", "--out", str(out), "--vocab-size",
                     str(vocab_size), "--jobs", "1", *options])


def judged(path: Path, lines: list[str]) -> dict[str, Any]:
    """What sentencepiece makes of the held-out lines with a model."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    scores = [processor.get_score(id) for id in range(processor.get_piece_size())]
    unknown = min(scores) - 10
    ids = [id for line in lines for id in processor.encode(line)]
    total = sum(unknown if processor.is_unknown(id) else scores[id] for id in ids)
    pieces = {processor.id_to_piece(id): score for id, score in enumerate(scores)}
    return {"nats": total / sum(map(len, lines)), "tokens": len(ids), "pieces": pieces}


def compare(name: str, lines: list[str], vocab_size: int, options: list[str]) -> bool:
    held_out, training = lines[::20], [line for index, line in enumerate(lines) if index % 20]
    with tempfile.TemporaryDirectory() as directory:
        text = Path(directory, "text")
        text.write_text("\n".join(training) + "\n", encoding="utf-8")
        theirs, ours = Path(directory, "theirs.model"), Path(directory, "ours.model")
        reference = train_reference(text, theirs, vocab_size), judged(theirs, held_out)
        graft = train_graft(text, ours, vocab_size, options), judged(ours, held_out)
        size = text.stat().st_size / 1e6
    (their_seconds, their_memory), their = reference
    (our_seconds, our_memory), our = graft
    common = their["pieces"].keys() & our["pieces"].keys()
    same = len(common) / len(their["pieces"])
    difference = statistics.median(abs(their["pieces"][piece] - our["pieces"][piece]) for piece in common)
    print(f"{name}, {size:.1f} MB, {vocab_size} pieces: same {same:.2%}  score {difference:.1e}  "
          f"nats {their['nats']:.4f} {our['nats']:.4f} ({our['nats'] / their['nats'] - 1:+.3%})  "
          f"tokens {their['tokens']} {our['tokens']} ({our['tokens'] / their['tokens'] - 1:+.3%})  "
          f"seconds {their_seconds:.1f} {our_seconds:.1f} (x{their_seconds / our_seconds:.1f})  "
          f"MB {their_memory:.0f} {our_memory:.0f}", flush=True)
    worse = max(our["nats"] / their["nats"], our["tokens"] / their["tokens"])
    return worse <= MOST_WORSE and (same >= LEAST_SAME or bool(options))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--vocab-size", type=int, nargs="+", default=[8000])
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--options", default="")
    arguments = parser.parse_args()
    name = ", ".join(path.name for path in arguments.files) or "documentation"
    lines = lines_of(arguments.files or documents_of_machine(), int(arguments.megabytes * 1e6))
    results = [compare(name, lines, size, arguments.options.split()) for size in arguments.vocab_size]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
