"""Bits per byte of a transplant with every method, on a pair of model directories.

Every method is run with `graft transplant`, and the results, the base, the donor and the base on the text as the donor's
tokenizer cuts it ("target's cuts": what rows of new tokens can reach) are scored with `graft eval`, which
eval_bits_per_byte.py --graft holds to transformers. A method's excess is counted from target's cuts.

    swift build -c release --product graft
    python measure_methods.py BASE DONOR --text FILE [--separator nul] [--context 256] [--methods auto,fvt,last/analogy]

A method is a name as --method takes it, or INPUT/OUTPUT for two. Directories of finished transplants (another tool's
output, say) can be given with --also, options for `graft transplant` as --options="--calibrate valid.txt".
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

GRAFT = Path(__file__).resolve().parent.parent / ".build/release/graft"
METHODS = (
    "auto,fvt,weighted,first,last,mean,zero,normal,knn-8,focus,focus-20,clp,procrustes,relative,ridge,analogy,"
    "omp-8,omp-r8,omp-r64,omp-c8,ridge-omp-8,last/omp-r8,last+omp-c8/ridge-omp-8+analogy"
)


def graft(program: Path, *arguments: str | Path) -> dict:
    """Runs a command of graft and returns the object that it prints."""
    result = subprocess.run([program, *arguments, "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())
    return json.loads(result.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("donor")
    parser.add_argument("--text", type=Path, required=True, metavar="FILE")
    parser.add_argument("--separator", choices=["none", "nul", "blank-line"], default="blank-line")
    parser.add_argument("--context", default="256", help="the length of a window in tokens")
    parser.add_argument("--methods", default=METHODS, help="names, divided by commas")
    parser.add_argument("--also", nargs="*", default=[], metavar="DIR", help="finished transplants to score as well")
    parser.add_argument("--options", default=[], type=shlex.split, help="further options for graft transplant")
    parser.add_argument("--graft", type=Path, default=GRAFT)
    arguments = parser.parse_args()

    def evaluate(model: str | Path, *options: str) -> dict:
        return graft(arguments.graft, "eval", model, "--text", arguments.text, "--separator", arguments.separator,
                     "--context", arguments.context, *options)

    def transplant(out: Path, method: str) -> dict:
        inputs, _, outputs = method.partition("/")
        return graft(arguments.graft, "transplant", arguments.base, arguments.donor, out, "--force",
                     "--input-method", inputs, "--output-method", outputs or inputs, *arguments.options)

    def show(name: str, value: float, note: str = "") -> None:
        print(f"{value:.4f}  {value - reference:+.4f}  {name}  {note}".rstrip(), flush=True)

    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        transplant(out, "fvt")
        comparison = evaluate(out, "--before", arguments.base)
        reference = comparison["targetCuts"]["bitsPerByte"]
        show("base", comparison["before"]["bitsPerByte"])
        show("donor", evaluate(arguments.donor)["bitsPerByte"])
        show("target's cuts", reference)
        for other in arguments.also:
            show(other, evaluate(other)["bitsPerByte"])
        for method in arguments.methods.split(","):
            try:
                report = transplant(out, method)
            except RuntimeError as error:
                print(f"{method}: {error}", file=sys.stderr)
                continue
            show(method, evaluate(out)["bitsPerByte"], f"chose {report['method']}" if "auto" in method else "")


if __name__ == "__main__":
    main()
