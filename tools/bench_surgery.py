"""Measures `graft transplant` and mergekit-tokensurgeon's OMP on the same problem, one after the other.

For each dimension a base and a donor model are made up: ANCHORS tokens that both have, TARGETS tokens that only the
donor has, and embeddings like those of trained models in what matters here: a common mean, clusters, a spectrum that
falls off, lengths that differ. Per case one row:

    graft       CPU seconds (user and system, all threads) of `graft transplant … --selection mergekit --held-out 0`:
                everything from reading the models to writing the new one, but not the comparison with known rows
    mergekit    CPU seconds of mergekit's batch_omp alone, on one thread, for a sample of the targets in one batch,
                scaled to all of them: batches do not depend on each other, and each costs the same
    ratio       mergekit / graft
    GiB         the most memory that each used; graft's includes the mapped model files
    same        the sampled targets for which both chose the same atoms; where not all, how many of the others
                are as mergekit's own function chooses them in float64
    leaves      with --considered, the mean share of 48 rows that their codes leave, and what codes over all anchors do

    swift build -c release --product graft
    python bench_surgery.py --mergekit CHECKOUT [--dimensions 384,1024,4096] [--anchors 30000] [--targets 20000]
    python bench_surgery.py --anchors 100000 --considered 30000 --dimensions 4096 --memory 6GiB   # graft alone

mergekit (LGPL-3.0) is a checkout of its repository or, with `--mergekit installed`, an installation; only its
function is called. Without --mergekit, only graft is measured. The models, a few GiB, are made in --directory and kept
there for further runs.
"""

import argparse
import importlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from checkpoint import Checkpoint

GRAFT = Path(__file__).parent.parent / ".build/release/graft"
SPECIALS = {"bos": "<s>", "eos": "</s>"}
TENSOR = "model.embed_tokens.weight"
BLOCK = 4096


# What is measured on

def embedding_blocks(rows: int, dimension: int, seed: int) -> Iterator[np.ndarray]:
    """Blocks of rows: cluster centres and noise with a spectrum of power -0.35, a mean, log-normal lengths."""
    random = np.random.default_rng(seed)
    spectrum = np.arange(1, dimension + 1, dtype=np.float32) ** -0.35
    centres = random.standard_normal((max(rows // 30, 8), dimension), dtype=np.float32)
    mean = random.standard_normal(dimension, dtype=np.float32) * spectrum
    mean *= 0.35 / np.linalg.norm(mean)
    length = np.sqrt(1.81 * (spectrum**2).sum())
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        block = random.standard_normal((count, dimension), dtype=np.float32)
        block += 0.9 * centres[random.integers(0, len(centres), count)]
        block *= spectrum / length
        block += mean
        yield block * np.exp(0.25 * random.standard_normal((count, 1), dtype=np.float32))


def bfloat16(values: np.ndarray) -> np.ndarray:
    """The upper halves of the floats, rounded to nearest even."""
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def make_model(directory: Path, words: int, dimension: int, seed: int) -> Path:
    """A Llama with tied embeddings, no body, and a token for each of the first `words` words."""
    if (directory / "config.json").exists():
        return directory
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    vocabulary = {token: id for id, token in enumerate([*SPECIALS.values(), *(f"Ġword{n}" for n in range(words))])}
    added = [
        {"id": vocabulary[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for token in SPECIALS.values()
    ]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    write_json(directory / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
    })
    write_json(directory / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", **{f"{role}_token": token for role, token in SPECIALS.items()},
    })
    rows = len(vocabulary)
    size = rows * dimension * 2
    header = json.dumps({
        TENSOR: {"dtype": "BF16", "shape": [rows, dimension], "data_offsets": [0, size]},
    }).encode()
    with open(directory / "model.safetensors", "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for block in embedding_blocks(rows, dimension, seed):
            file.write(bfloat16(block).tobytes())
    # Last, so that an interrupted attempt is not taken for a model.
    write_json(directory / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": dimension, "vocab_size": rows,
        "tie_word_embeddings": True, "bos_token_id": 0, "eos_token_id": 1,
    })
    return directory


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


# Measuring

def run_graft(graft: Path, base: Path, donor: Path, out: Path, options: list[str]) -> tuple[float, float]:
    """CPU seconds and the most memory in GiB."""
    command = [str(graft), "transplant", str(base), str(donor), str(out), "--force", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20


def run_mergekit(
    arguments: argparse.Namespace, donor: Path, sample: np.ndarray, result: Path, precision: str = "float32",
) -> tuple[float, float]:
    """CPU seconds for all targets, scaled from a sample, and the most memory in GiB, in a process of its own."""
    command = [
        sys.executable, __file__, "--worker", str(donor), "--mergekit", str(arguments.mergekit), "--anchors",
        str(arguments.anchors), "-k", str(arguments.sparsity), "--indices", ",".join(map(str, sample)),
        "--result", str(result), "--precision", precision,
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    output = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)
    return output["seconds"] / len(sample) * arguments.targets, output["GiB"]


def worker(arguments: argparse.Namespace) -> None:
    """Solves the given targets with mergekit and prints what that took."""
    import torch

    torch.set_num_threads(1)
    batch_omp = import_batch_omp(arguments.mergekit)
    rows = Checkpoint(arguments.worker)[TENSOR].row_bytes()
    indices = [int(index) for index in arguments.indices.split(",")]

    precision = getattr(torch, arguments.precision)
    atoms, targets = (
        torch.from_numpy(floats(part)).to(precision) for part in (rows[:arguments.anchors], rows[indices])
    )
    before = cpu_seconds()
    chosen, _ = batch_omp(targets, atoms, arguments.sparsity)
    seconds = cpu_seconds() - before
    np.save(arguments.result, chosen.numpy())
    print(json.dumps({"seconds": seconds, "GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


def floats(rows: np.ndarray) -> np.ndarray:
    """The elements of rows that are stored in bfloat16."""
    return (rows.view("<u2").astype(np.uint32) << 16).view(np.float32)


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def import_batch_omp(mergekit: str):
    """mergekit's function; from a checkout without importing the rest, which needs more than torch."""
    if mergekit != "installed":
        package = types.ModuleType("tokensurgeon")
        package.__path__ = [str(Path(mergekit) / "mergekit" / "tokensurgeon")]
        sys.modules["tokensurgeon"] = package
        return importlib.import_module("tokensurgeon.omp").batch_omp
    return importlib.import_module("mergekit.tokensurgeon.omp").batch_omp


def codes_of(out: Path, sample: np.ndarray) -> list[dict]:
    """What the manifest says of the sampled rows. The base's ids of the atoms are their numbers."""
    rows = json.loads((out / "graft.json").read_text(encoding="utf-8"))["matrices"][0]["rows"]
    return [rows[row] for row in sample]


def compare(arguments: argparse.Namespace, donor: Path, sample: np.ndarray, ours: list[set[int]], result: Path) -> str:
    """How many targets have mergekit's atoms; those that do not are solved once more in double precision."""
    theirs = np.load(result)
    others = [place for place, atoms in enumerate(ours) if atoms != set(theirs[place].tolist())]
    text = f"{len(sample) - len(others)} of {len(sample)}"
    if others:
        run_mergekit(arguments, donor, sample[others], result, precision="float64")
        same = sum(ours[place] == set(atoms) for place, atoms in zip(others, np.load(result).tolist()))
        text += f", {same} of the other {len(others)} in float64"
    return text


def least_residual(arguments: argparse.Namespace, donor: Path, sample: np.ndarray) -> float:
    """The mean share of the sampled rows that codes over all anchors leave, by the definition of the pursuit."""
    rows = Checkpoint(donor)[TENSOR].row_bytes()
    atoms, targets = floats(rows[:arguments.anchors]), floats(rows[sample]).astype(np.float64)
    residuals = targets.copy()
    chosen = [[] for _ in sample]
    bases = [np.zeros((0, targets.shape[1])) for _ in sample]
    for _ in range(arguments.sparsity):
        scores = np.abs(residuals.astype(np.float32) @ atoms.T)
        for place, taken in enumerate(chosen):
            scores[place, taken] = -1
            taken.append(int(scores[place].argmax()))
            direction = atoms[taken[-1]].astype(np.float64)
            for _ in range(2):
                direction -= bases[place].T @ (bases[place] @ direction)
            direction /= np.linalg.norm(direction)
            bases[place] = np.vstack([bases[place], direction])
            residuals[place] -= direction * (direction @ residuals[place])
    return float((np.linalg.norm(residuals, axis=1) / np.linalg.norm(targets, axis=1)).mean())


def compare_residuals(arguments: argparse.Namespace, donor: Path, out: Path) -> str:
    """What codes over the considered anchors leave of a row, and what those over all leave."""
    sample = np.linspace(arguments.anchors, arguments.anchors + arguments.targets - 1, 48).astype(int)
    ours = np.mean([code["residual"] for code in codes_of(out, sample)])
    return f"leaves {ours:.4f}, over all anchors {least_residual(arguments, donor, sample):.4f}"


def measure(arguments: argparse.Namespace, dimension: int, directory: Path) -> str:
    words = arguments.anchors - len(SPECIALS)
    name = f"{dimension}-{arguments.anchors}"
    base = make_model(directory / f"base-{name}", words, dimension, seed=1)
    donor = make_model(directory / f"donor-{name}-{arguments.targets}", words + arguments.targets, dimension, seed=2)
    out = directory / "out"
    options = ["-k", str(arguments.sparsity), "--selection", "mergekit", "--held-out", "0", "--memory",
               arguments.memory]
    if arguments.considered:
        options += ["--anchors", str(arguments.considered)]
    graft_seconds, graft_memory = run_graft(arguments.graft, base, donor, out, options)
    row = [f"{dimension:6}", f"{graft_seconds:9.1f}"]
    if arguments.mergekit:
        step = arguments.targets / arguments.sample
        sample = arguments.anchors + (np.arange(arguments.sample) * step).astype(int)
        result = directory / "mergekit.npy"
        seconds, memory = run_mergekit(arguments, donor, sample, result)
        atoms = [set(code["anchors"]) for code in codes_of(out, sample)]
        same = compare(arguments, donor, sample, atoms, result)
        row += [f"{seconds:9.0f}", f"{seconds / graft_seconds:6.1f}", f"{graft_memory:6.2f}", f"{memory:6.2f}", same]
    else:
        row += [f"{graft_memory:6.2f}"]
    if arguments.considered:
        row.append(compare_residuals(arguments, donor, out))
    shutil.rmtree(out)
    return "  ".join(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mergekit", help="a checkout of mergekit, or `installed`")
    parser.add_argument("--graft", type=Path, default=GRAFT)
    parser.add_argument("--dimensions", default="384,1024,4096")
    parser.add_argument("--anchors", type=int, default=30_000)
    parser.add_argument("--targets", type=int, default=20_000)
    parser.add_argument("-k", dest="sparsity", type=int, default=64)
    parser.add_argument("--sample", type=int, default=256, help="targets that mergekit solves")
    parser.add_argument("--memory", default="4GiB", help="graft's --memory")
    parser.add_argument("--considered", type=int, help="graft's --anchors: how many anchors it considers at most")
    parser.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "graft-bench-surgery")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--indices", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--precision", default="float32", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return worker(arguments)
    print(f"{arguments.anchors} anchors, {arguments.targets} targets, k = {arguments.sparsity}; CPU seconds")
    if arguments.mergekit:
        print(f"mergekit: scaled from {arguments.sample} targets")
        print("     d      graft   mergekit   ratio     GiB     GiB  same")
    else:
        print("     d      graft     GiB")
    for dimension in arguments.dimensions.split(","):
        print(measure(arguments, int(dimension), arguments.directory), flush=True)


if __name__ == "__main__":
    main()
