"""The matching of rows and columns on PyTorch: an operator of its own, which torch.compile and torch.export need not look into."""

import torch

from triform.matching import assignment


@torch.library.custom_op("triform::assign", mutates_args=())
def _assign(costs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    rows, columns = assignment(costs.cpu().double().numpy())
    return torch.from_numpy(rows).to(costs.device), torch.from_numpy(columns).to(costs.device)


@_assign.register_fake
def _(costs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    pairs = min(costs.shape)
    return costs.new_empty(pairs, dtype=torch.int64), costs.new_empty(pairs, dtype=torch.int64)


def assign(costs):
    return _assign(costs.detach())
