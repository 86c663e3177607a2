"""`echo` on PyTorch: a plain module with `config_class` and `__init__(config)`."""

import torch

from triform_echo.configuration import EchoConfig


class EchoModel(torch.nn.Module):
    """Embeds tokens and multiplies them by config.volume."""

    config_class = EchoConfig

    def __init__(self, config: EchoConfig) -> None:
        super().__init__()
        self.config = config
        self.words = torch.nn.Embedding(config.vocab_size, 4)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return self.config.volume * self.words(input_ids)
