"""Holds graft's mergekit selection rule to mergekit-tokensurgeon itself.

OUT was made with `graft transplant BASE DONOR OUT --selection mergekit -k K`. For every row that OUT/graft.json
records as rebuilt by OMP, mergekit's batch_omp solves the same problem: the donor's row of the token over the donor's
rows of the copied tokens, in the order of the manifest's dictionary. Both must choose the same atoms, with
coefficients that differ by at most 1e-4 of the row's largest.

mergekit works in float32, and at a large K, when little is left of the target, rounding decides between atoms there.
Where the two differ, mergekit's own function is therefore given the same numbers in float64: if it then agrees with
graft, the row is counted as mergekit's rounding and is no failure.

mergekit (LGPL-3.0) is imported from an installation or a checkout, with its dependencies installed.

    python compare_mergekit.py BASE DONOR OUT --mergekit PATH/TO/mergekit
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from checkpoint import Checkpoint, read_json

TOLERANCE = 1e-4
BATCH = 512


@dataclass
class Summary:
    """What was found in one matrix."""

    rows: int = 0
    rounding: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    largest_difference: float = 0.0

    def lines(self) -> list[str]:
        same = self.rows - len(self.rounding) - len(self.failures)
        return [
            f"{self.rows} rows: {same} equal, {len(self.rounding)} equal to mergekit in float64 only, "
            f"{len(self.failures)} different",
            f"coefficients: largest difference {self.largest_difference:.2e} of the row's largest",
            *(f"  {what}: rows {rows[:10]}" for what, rows in [
                ("mergekit's rounding", self.rounding), ("different", self.failures),
            ] if rows),
        ]


def import_batch_omp(checkout: Path | None) -> Callable:
    if checkout:
        sys.path.insert(0, str(checkout))
    try:
        from mergekit.tokensurgeon.omp import batch_omp
    except ImportError as error:
        sys.exit(f"cannot import mergekit ({error}): name a checkout with --mergekit and install what it needs")
    return batch_omp


def donor_matrices(donor: Path) -> dict[str, Tensor]:
    """The donor's input and output rows in float32; they are one matrix where the donor is tied."""
    model = AutoModelForCausalLM.from_pretrained(donor)
    return {
        "input": model.get_input_embeddings().weight.detach().float(),
        "output": model.get_output_embeddings().weight.detach().float(),
    }


def dictionary_of(matrix: dict) -> tuple[list[int], list[int]]:
    """Donor ids and base ids of the atoms: the dictionary's pairs whose row is a copy of that base row."""
    rows = matrix["rows"]
    pairs = [
        (donor, base) for donor, base in matrix["dictionary"]
        if rows[donor]["from"] == "base" and rows[donor]["id"] == base
    ]
    return [donor for donor, _ in pairs], [base for _, base in pairs]


def difference(ours: dict[int, float], theirs: dict[int, float]) -> float:
    """Largest difference of the coefficients, relative to the largest; infinite for another support."""
    if ours.keys() != theirs.keys():
        return float("inf")
    largest = max(map(abs, theirs.values())) or 1.0
    return max(abs(ours[atom] - theirs[atom]) for atom in theirs) / largest


def compare_matrix(matrix: dict, donor_rows: Tensor, batch_omp: Callable) -> Summary:
    summary = Summary()
    donor_ids, base_ids = dictionary_of(matrix)
    atoms = donor_rows[donor_ids]
    atom_of = {base: atom for atom, base in enumerate(base_ids)}
    codes = {
        row: dict(zip((atom_of.get(anchor, -1) for anchor in entry["anchors"]), entry["coefficients"]))
        for row, entry in enumerate(matrix["rows"]) if entry["from"] == "omp"
    }

    def mergekit_codes(rows: list[int], dtype: torch.dtype) -> list[dict[int, float]]:
        sparsity = max(map(len, codes.values()))
        indices, coefficients = batch_omp(donor_rows[rows].to(dtype), atoms.to(dtype), sparsity)
        return [dict(zip(*code)) for code in zip(indices.tolist(), coefficients.tolist())]

    rebuilt = list(codes)
    for start in range(0, len(rebuilt), BATCH):
        batch = rebuilt[start:start + BATCH]
        for row, theirs in zip(batch, mergekit_codes(batch, torch.float32)):
            summary.rows += 1
            found = difference(codes[row], theirs)
            if found > TOLERANCE:
                found = difference(codes[row], mergekit_codes([row], torch.float64)[0])
                (summary.rounding if found <= TOLERANCE else summary.failures).append(row)
            if found <= TOLERANCE:
                summary.largest_difference = max(summary.largest_difference, found)
    return summary


def rebuilt_row_error(matrix: dict, base: Checkpoint, out: Checkpoint) -> float:
    """Largest difference, relative to the row, between OUT's rows and the combinations that the manifest records."""
    source = torch.from_numpy(base[matrix["tensor"]].values())
    target = torch.from_numpy(out[matrix["tensor"]].values())
    worst = 0.0
    for row, entry in enumerate(matrix["rows"]):
        if entry["from"] == "omp":
            wanted = torch.tensor(entry["coefficients"]) @ source[entry["anchors"]]
            worst = max(worst, ((target[row] - wanted).norm() / wanted.norm().clamp(min=1e-12)).item())
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, metavar="BASE")
    parser.add_argument("donor", type=Path, metavar="DONOR")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--mergekit", type=Path, help="checkout of mergekit, if it is not installed")
    arguments = parser.parse_args()

    batch_omp = import_batch_omp(arguments.mergekit)
    manifest = read_json(arguments.out, "graft.json")
    donor_rows = donor_matrices(arguments.donor)
    base, out = Checkpoint(arguments.base), Checkpoint(arguments.out)
    failures = 0
    for matrix in manifest["matrices"]:
        summary = compare_matrix(matrix, donor_rows[matrix["role"]], batch_omp)
        print(f"{matrix['tensor']} ({matrix['role']}), dictionary of {len(dictionary_of(matrix)[0])} tokens")
        for line in summary.lines():
            print("  " + line)
        error = rebuilt_row_error(matrix, base, out)
        print(f"  rows of the output against their combinations: relative error at most {error:.2e}")
        failures += len(summary.failures)
    print(f"{failures} rows differ" if failures else "graft and mergekit agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
