"""Bits per byte of a transplant with every method, on a pair of model directories.

Every method is run with `graft transplant`; the results, the base, the donor and the base with the text cut where the
donor's tokenizer cuts it ("target's cuts": every new token spelled by the base's own pieces, so that only the cuts are
unfamiliar) are scored as in eval_bits_per_byte.py. A method's excess is counted from target's cuts.

    python measure_methods.py BASE DONOR --text FILE [--separator nul] [--methods auto,fvt,omp-8,last/analogy]

A method is a name as --method takes it, or INPUT/OUTPUT for two. Names of directories of finished transplants (another
tool's output, say) can be given with --also.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import eval_bits_per_byte as scoring

GRAFT = Path(__file__).resolve().parent.parent / ".build/release/graft"
METHODS = (
    "auto,fvt,weighted,first,last,mean,zero,normal,knn-8,focus,focus-20,clp,procrustes,relative,ridge,analogy,"
    "omp-8,omp-r8,omp-r64,omp-c8,ridge-omp-8,last/omp-r8,last+omp-c8/ridge-omp-8+analogy"
)


def transplant(graft: Path, base: str, donor: str, out: Path, method: str, options: list[str]) -> dict:
    """Runs graft and returns its report."""
    inputs, _, outputs = method.partition("/")
    chosen = ["--input-method", inputs, "--output-method", outputs or inputs]
    command = [str(graft), "transplant", base, donor, str(out), "--force", "--json", *chosen, *options]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())
    return json.loads(result.stdout)


def spellings(out: Path) -> list[list[int]]:
    """The base tokens that stand for each token of a transplant made with `fvt`."""
    rows = json.loads((out / "graft.json").read_text())["matrices"][0]["rows"]
    return [[row["id"]] if row["from"] == "base" else row.get("anchors", []) for row in rows]


def bits_per_byte(model, documents: list[list[int]], window: int, size: int) -> float:
    return sum(scoring.nats(model, ids, window) for ids in documents) / math.log(2) / size


def targets_cuts(base: str, donor: str, out: Path, documents: list[str]) -> float:
    """The base on the text cut by the donor's tokenizer, with new tokens spelled by the base's pieces."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    own, other = AutoTokenizer.from_pretrained(base), AutoTokenizer.from_pretrained(donor)
    start = scoring.token_ids(own, "")[:1]
    pieces = spellings(out)
    cut = [
        start + [piece for token in scoring.token_ids(other, document)[1:] for piece in pieces[token]]
        for document in documents
    ]
    window = min(getattr(model.config, "max_position_embeddings", scoring.LONGEST_WINDOW), scoring.LONGEST_WINDOW)
    return bits_per_byte(model, cut, window, sum(len(document.encode()) for document in documents))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("donor")
    parser.add_argument("--text", type=Path, required=True, metavar="FILE")
    parser.add_argument("--separator", choices=[*scoring.SEPARATORS, "none"], default="blank")
    parser.add_argument("--methods", default=METHODS, help="names, divided by commas")
    parser.add_argument("--also", nargs="*", default=[], metavar="DIR", help="finished transplants to score as well")
    parser.add_argument("--graft", type=Path, default=GRAFT)
    parser.add_argument("--untie", action="store_true", help="give a tied base two matrices")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    documents = scoring.read_documents(arguments.text, arguments.separator)

    def show(name: str, value: float, reference: float | None = None, note: str = "") -> None:
        if arguments.json:
            print(json.dumps({"method": name, "bitsPerByte": value, "note": note}), flush=True)
        else:
            excess = "" if reference is None else f"{value - reference:+.4f}"
            print(f"{value:.4f}  {excess:>8}  {name}  {note}".rstrip(), flush=True)

    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        transplant(arguments.graft, arguments.base, arguments.donor, out, "fvt", [])
        reference = targets_cuts(arguments.base, arguments.donor, out, documents)
        for name, model in [("base", arguments.base), ("donor", arguments.donor)]:
            show(name, scoring.evaluate(model, documents)["bitsPerByte"])
        show("target's cuts", reference, reference)
        for other in arguments.also:
            show(other, scoring.evaluate(other, documents)["bitsPerByte"], reference)
        for method in arguments.methods.split(","):
            options = ["--untie"] if arguments.untie else []
            try:
                report = transplant(arguments.graft, arguments.base, arguments.donor, out, method, options)
            except RuntimeError as error:
                print(f"{method}: {error}", file=sys.stderr)
                continue
            note = f"chose {report['method']}" if "auto" in method else ""
            show(method, scoring.evaluate(str(out), documents)["bitsPerByte"], reference, note)


if __name__ == "__main__":
    main()
