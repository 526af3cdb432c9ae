"""Holds graft's mergekit selection rule to mergekit-tokensurgeon itself.

OUT was made with `graft transplant BASE DONOR OUT --selection mergekit -k K`. For every row that OUT/graft.json
records as rebuilt by OMP, mergekit's batch_omp solves the same problem: the donor's row of the token over the donor's
rows of the copied tokens, in the order of the manifest's dictionary. Both must choose the same atoms, with
coefficients that differ by at most 1e-4 of the row's largest. Two kinds of other supports are counted apart and are no
failure: ties, where the two part at atoms whose scores are equal but for float32 rounding (1e-6 of |target| |atom|),
and rounding, where mergekit's own function chooses graft's atoms once it is given the same numbers in float64. Both
happen at a large K, when little is left of the target to tell atoms apart.

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
TIE = 1e-6
BATCH = 512


@dataclass
class Summary:
    """What was found in one matrix."""

    rows: int = 0
    same_order: int = 0
    ties: list[int] = field(default_factory=list)
    rounding: list[int] = field(default_factory=list)
    other_supports: list[int] = field(default_factory=list)
    other_coefficients: list[int] = field(default_factory=list)
    absolute: float = 0.0
    relative: float = 0.0

    @property
    def failures(self) -> int:
        return len(self.other_supports) + len(self.other_coefficients)

    def lines(self) -> list[str]:
        same = self.rows - len(self.ties) - len(self.rounding) - len(self.other_supports)
        return [
            f"{self.rows} rows: {same} with the same support ({self.same_order} in the same order), "
            f"{len(self.ties)} ties, {len(self.rounding)} rounding, {len(self.other_supports)} with another support",
            f"coefficients: largest difference {self.absolute:.2e}, relative {self.relative:.2e}, "
            f"{len(self.other_coefficients)} rows above {TOLERANCE:g}",
            *(f"  {what}: rows {rows[:10]}" for what, rows in [
                ("ties", self.ties),
                ("rounding", self.rounding),
                ("other support", self.other_supports),
                ("other coefficients", self.other_coefficients),
            ] if rows),
        ]


@dataclass(frozen=True)
class Problem:
    """One row to rebuild: the donor's row, the atoms [count, width], and the atom that each base id stands for."""

    row: int
    target: Tensor
    atoms: Tensor
    atom_of: dict[int, int]
    batch_omp: Callable


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


def is_tie(target: Tensor, atoms: Tensor, theirs: list[int], ours: set[int]) -> bool:
    """Whether the first atom that only mergekit chose scores as high as the best that only graft chose."""
    target, atoms = target.double(), atoms.double()
    step = next(index for index, atom in enumerate(theirs) if atom not in ours)
    chosen = atoms[theirs[:step]]
    residual = target
    if step:
        residual = target - torch.linalg.lstsq(chosen.T, target.unsqueeze(1)).solution[:, 0] @ chosen
    scores = (atoms @ residual).abs()
    rival = max(ours - set(theirs[:step]), key=lambda atom: scores[atom].item())
    rounding = TIE * target.norm() * max(atoms[theirs[step]].norm(), atoms[rival].norm())
    return bool((scores[theirs[step]] - scores[rival]).abs() <= rounding)


def compare_coefficients(summary: Summary, row: int, ours: dict[int, float], theirs: dict[int, float]) -> None:
    """Notes the largest difference between two sets of coefficients over the same atoms."""
    difference = max(abs(ours[atom] - theirs[atom]) for atom in theirs)
    largest = max(map(abs, theirs.values()))
    relative = difference / largest if largest else difference
    summary.absolute = max(summary.absolute, difference)
    summary.relative = max(summary.relative, relative)
    if relative > TOLERANCE:
        summary.other_coefficients.append(row)


def list_for_other_support(summary: Summary, problem: Problem, ours: list[int], theirs: list[int]) -> list[int]:
    """The list of the summary that a row belongs to whose support is not mergekit's."""
    if len(ours) != len(theirs) or min(ours) < 0:
        return summary.other_supports
    if is_tie(problem.target, problem.atoms, theirs, set(ours)):
        return summary.ties
    precise, _ = problem.batch_omp(problem.target.double().unsqueeze(0), problem.atoms.double(), len(theirs))
    return summary.rounding if set(ours) == set(precise[0].tolist()) else summary.other_supports


def compare_row(summary: Summary, problem: Problem, entry: dict, theirs: list[int], coefficients: list[float]) -> None:
    """Holds one manifest entry to mergekit's answer to the same problem."""
    summary.rows += 1
    ours = [problem.atom_of.get(anchor, -1) for anchor in entry["anchors"]]
    if sorted(ours) != sorted(theirs):
        list_for_other_support(summary, problem, ours, theirs).append(problem.row)
    else:
        summary.same_order += ours == theirs
        compare_coefficients(
            summary, problem.row, dict(zip(ours, entry["coefficients"])), dict(zip(theirs, coefficients))
        )


def compare_matrix(matrix: dict, donor_rows: Tensor, batch_omp: Callable) -> Summary:
    summary = Summary()
    donor_ids, base_ids = dictionary_of(matrix)
    atoms = donor_rows[donor_ids]
    atom_of = {base: atom for atom, base in enumerate(base_ids)}
    rebuilt = [row for row, entry in enumerate(matrix["rows"]) if entry["from"] == "omp"]
    if not rebuilt:
        return summary
    sparsity = max(len(matrix["rows"][row]["anchors"]) for row in rebuilt)
    for start in range(0, len(rebuilt), BATCH):
        batch = rebuilt[start:start + BATCH]
        indices, coefficients = batch_omp(donor_rows[batch], atoms, sparsity)
        for row, chosen, weights in zip(batch, indices.tolist(), coefficients.tolist()):
            problem = Problem(row, donor_rows[row], atoms, atom_of, batch_omp)
            compare_row(summary, problem, matrix["rows"][row], chosen, weights)
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
        failures += summary.failures
    print(f"{failures} rows differ" if failures else "graft and mergekit agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
