"""Trains the same tokenizers with Hugging Face's trainers and with graft, compares them, and says how long both took.

The text is what the machine has: Python sources, documentation, and the message catalogues of Debian packages in many
languages; or the files given. Each training runs in a process of its own on one core and, where there are two, on two.
CPU seconds are those of the whole process with reading and writing; ratios hold for this run only.

    swift build -c release --product graft
    python check_training.py [--megabytes 30] [--random 150] [FILE...]

Exits with 1 when any tokenizer differs.
"""

import argparse
import gettext
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import make_training_goldens as goldens

GRAFT = Path(__file__).parent.parent / ".build/release/graft"
CASES: list[dict[str, Any]] = [
    {"name": "gpt2, 32k", "split": "gpt2", "vocabSize": 32000, "minFrequency": 2, "special": ["<|endoftext|>"],
     "allBytes": True},
    {"name": "cl100k, 64k", "split": "cl100k", "vocabSize": 64000, "allBytes": True},
    {"name": "cl100k, tokens below 8", "split": "cl100k", "vocabSize": 16000, "maxTokenLength": 8, "allBytes": True},
    {"name": "metaspace with bytes, 32k", "split": "metaspace", "vocabSize": 32000, "minFrequency": 2,
     "special": ["<unk>", "<s>", "</s>"], "unknown": "<unk>", "byteFallback": True},
    {"name": "white space with suffix, 16k", "split": "whitespace", "vocabSize": 16000, "suffix": "</w>"},
    {"name": "wordpiece, 30k", "model": "wordpiece", "split": "bert", "vocabSize": 30000, "minFrequency": 2,
     "special": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "unknown": "[UNK]"},
    {"name": "wordlevel, 50k", "model": "wordlevel", "split": "words", "vocabSize": 50000, "special": ["<unk>"],
     "unknown": "<unk>"},
]
OPTIONS = {
    "model": "--model", "split": "--split", "vocabSize": "--vocab-size", "unknown": "--unk",
    "alphabetLimit": "--alphabet-limit", "alphabet": "--alphabet", "maxTokenLength": "--max-token-length",
    "prefix": "--continuing-prefix", "suffix": "--end-of-word-suffix",
}


def texts_of_machine() -> Iterator[str]:
    """Sources, documentation and translated messages, a bit of each in turn."""
    roots = [Path("/usr/lib"), Path("/usr/share"), Path(sys.prefix)]
    sources = sorted(path for root in roots for path in root.glob("**/*.py"))
    documents = sorted(path for root in roots for kind in ("txt", "rst", "md", "html") for path in root.glob(f"**/*.{kind}"))
    catalogues = sorted(Path("/usr/share/locale").glob("*/LC_MESSAGES/*.mo"))
    draw = random.Random(1)
    for paths in (sources, documents, catalogues):
        draw.shuffle(paths)
    for index in range(max(map(len, (sources, documents, catalogues)))):
        for paths in (sources, documents, catalogues):
            if index < len(paths) and (text := read(paths[index])):
                yield text if text.endswith("\n") else text + "\n"


def read(path: Path) -> str:
    """The text of a file, or all translations of a catalogue; empty where it has none."""
    try:
        if path.suffix == ".mo":
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)
            return "\n".join(text for text in catalogue._catalog.values() if isinstance(text, str))
        return path.read_bytes().decode() if path.stat().st_size < 1_000_000 else ""
    except (OSError, ValueError):
        return ""


def collect(megabytes: int, path: Path) -> None:
    size = 0
    with open(path, "wb") as out:
        for text in texts_of_machine():
            size += out.write(text.encode())
            if size > megabytes * 1_000_000:
                return


def child(case: dict[str, Any], files: list[str], out: str) -> None:
    """Trains with Hugging Face's library in a process of its own."""
    prefix, suffix = case.get("prefix"), case.get("suffix")
    if prefix or suffix or case.get("model") == "wordpiece":
        # The order of ids must be given, for which the words are needed: this reads the text twice.
        texts = [line for path in files for line in goldens.lines(Path(path).read_bytes().decode())]
        tokenizer = goldens.train(case, texts)
    else:
        tokenizer = goldens.train(case, files, are_files=True)
    tokenizer.save(out)


def timed(command: list[str], cores: int) -> tuple[float, float]:
    """CPU seconds and wall seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    run = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, chosen))
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: {run.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - start


def graft_command(case: dict[str, Any], files: list[str], out: str) -> list[str]:
    command = [str(GRAFT), "train", *files, "--out", out, "--force"]
    for key, option in OPTIONS.items():
        if key in case:
            command += [option, str(case[key])]
    for token in case.get("special", []):
        command += ["--special", token]
    command += ["--byte-fallback"] if case.get("byteFallback") else []
    return command + ["--min-frequency", str(case.get("minFrequency", 0))]


def model(path: str) -> tuple[dict[str, int], list[Any]]:
    parts = json.loads(Path(path).read_text(encoding="utf-8"))["model"]
    return parts["vocab"], parts.get("merges", [])


def check(case: dict[str, Any], files: list[str], folder: str, cores: list[int]) -> bool:
    """Compares one training and prints a line about it."""
    theirs, ours = f"{folder}/theirs.json", f"{folder}/ours.json"
    figures = []
    for count in cores:
        reference = [sys.executable, __file__, "--child", json.dumps([case, files, theirs])]
        cpu, wall = timed(reference, count)
        our_cpu, our_wall = timed(graft_command(case, files, ours), count)
        figures.append(f"{count} core{'s' if count > 1 else ''}: CPU {cpu:6.2f} s / {our_cpu:5.2f} s = "
                       f"{cpu / our_cpu:5.1f}x, wall {wall / our_wall:5.1f}x")
    equal = model(theirs) == model(ours)
    print(f"{case['name']:30} {'equal' if equal else 'DIFFERENT'}  {'; '.join(figures)}", flush=True)
    return equal


def check_random(count: int, folder: str) -> bool:
    """Tiny corpora with many ties, which the reference must decide in the same way twice to count."""
    draw, differing, undecided = random.Random(3), 0, 0
    for _ in range(count):
        letters = draw.choice(["ab", "abc", "abcd", "a#b"])
        text = "".join(
            " ".join("".join(draw.choices(letters, k=draw.randint(1, 9))) for _ in range(draw.randint(0, 12))) + "\n"
            for _ in range(draw.randint(1, 5)))
        case: dict[str, Any] = {"split": "whitespace", "vocabSize": draw.randint(3, 80), "minFrequency": draw.randint(0, 3)}
        case |= draw.choice([{}, {}, {"maxTokenLength": draw.randint(2, 6)}, {"special": ["ab", "b", "aba"]},
                             {"prefix": "#"}, {"suffix": "b"}, {"prefix": "##", "suffix": "</w>"},
                             {"split": "gpt2", "allBytes": True, "vocabSize": 300}])
        path = f"{folder}/random.txt"
        Path(path).write_text(text, encoding="utf-8")
        answers = []
        for _ in range(3):
            tokenizer = goldens.train(case, goldens.lines(text))
            tokenizer.save(f"{folder}/theirs.json")
            answers.append(model(f"{folder}/theirs.json"))
        timed(graft_command(case, [path], f"{folder}/ours.json"), 1)
        if model(f"{folder}/ours.json") in answers:
            continue
        if all(answer == answers[0] for answer in answers):
            differing += 1
            print("DIFFERENT", json.dumps([case, text]))
        else:
            undecided += 1
    print(f"{count} random corpora: {differing} different, {undecided} where the reference differs from itself")
    return differing == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--random", type=int, default=150)
    parser.add_argument("--cases", default="", help="only those whose names contain this")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        return child(*json.loads(arguments.child))
    with tempfile.TemporaryDirectory() as folder:
        files = arguments.files
        if not files:
            files = [f"{folder}/text.txt"]
            collect(arguments.megabytes, Path(files[0]))
        print(f"{sum(os.path.getsize(path) for path in files) / 1e6:.1f} MB; Hugging Face / graft")
        cores = [1, 2] if len(os.sched_getaffinity(0)) > 1 else [1]
        results = [check(case, files, folder, cores) for case in CASES if arguments.cases in case["name"]]
        results.append(check_random(arguments.random, folder))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
