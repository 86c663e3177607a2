"""The state of a whole text from the states of its tokens, as `config.summary_*` says."""

from typing import Any

from triform.errors import ConfigError

from .. import nn, ops

PLACES = {
    "first": lambda x: x[:, 0],
    "last": lambda x: x[:, -1],
    "cls_index": lambda x: x[:, -1],
    "mean": lambda x: ops.mean(x, axis=1),
}


class SequenceSummary(nn.Module):
    """One state of all: the first, the last or their mean; projected, activated, with dropout before and after."""

    def __init__(self, config: Any):
        super().__init__()
        if config.summary_type not in PLACES:
            raise ConfigError(f"summary_type is {config.summary_type!r}, expected one of {', '.join(PLACES)}.")
        self.kind = config.summary_type
        wide = config.num_labels if getattr(config, "summary_proj_to_labels", False) else config.hidden_size
        self.summary = nn.Linear(config.hidden_size, wide) if config.summary_use_proj else None
        self.act = ops.activation(config.summary_activation or "linear")
        self.first_dropout = nn.Dropout(getattr(config, "summary_first_dropout", 0.0))
        self.last_dropout = nn.Dropout(config.summary_last_dropout)

    def forward(self, x):  # (B, T, D) -> (B, D), or (B, C)
        x = self.first_dropout(PLACES[self.kind](x))
        return self.last_dropout(self.act(x if self.summary is None else self.summary(x)))
