"""The Muon optimizer in float32: momentum whose update is made orthogonal by a Newton-Schulz iteration.

After Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024). PyTorch's own Muon iterates in
bfloat16, which is ten times slower than this on processors without bfloat16 instructions.
"""

import torch
from torch import Tensor

ITERATIONS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonalized(matrices: Tensor) -> Tensor:
    """Approximately U V^T for each matrix U S V^T of a stack [count, rows, columns]."""
    if matrices.shape[-2] > matrices.shape[-1]:
        return orthogonalized(matrices.mT).mT
    a, b, c = QUINTIC
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Muon(torch.optim.Optimizer):
    """Nesterov momentum with orthogonalized updates, for two-dimensional parameters."""

    def __init__(self, parameters: list[Tensor], rate: float, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(parameters, {"lr": rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for same_shape in by_shape(group["params"]):
                self._update(same_shape, group["lr"], group["momentum"], group["weight_decay"])

    def _update(self, parameters: list[Tensor], rate: float, momentum: float, weight_decay: float) -> None:
        directions = []
        for parameter in parameters:
            average = self.state[parameter].setdefault("average", torch.zeros_like(parameter))
            average.lerp_(parameter.grad, 1 - momentum)
            directions.append(parameter.grad.lerp(average, momentum))
        rows, columns = parameters[0].shape
        updates = orthogonalized(torch.stack(directions)) * max(1.0, rows / columns) ** 0.5
        for parameter, update in zip(parameters, updates):
            parameter.mul_(1 - rate * weight_decay).sub_(update, alpha=rate)


def by_shape(parameters: list[Tensor]) -> list[list[Tensor]]:
    """The parameters in groups of one shape, so that each group is one stack of matrices."""
    groups: dict[torch.Size, list[Tensor]] = {}
    for parameter in parameters:
        groups.setdefault(parameter.shape, []).append(parameter)
    return list(groups.values())
