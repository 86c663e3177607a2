"""Encoders as somebody would write them by hand for one checkpoint in plain torch: what forward passes are measured against."""

from typing import Any

import torch
import torch.nn.functional as F
from bare import Linear


def attend(x: torch.Tensor, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, mask: torch.Tensor | None) -> torch.Tensor:
    """(B, T, D) each -> (B, T, D)."""
    b, t, d = x.shape
    q, k, v = (y.view(b, t, heads, d // heads).transpose(1, 2) for y in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).reshape(b, t, d)


class Bert:
    """BERT's encoder over a dictionary of its checkpoint's weights."""

    def __init__(self, config: Any, weights: dict[str, torch.Tensor], linear: Linear) -> None:
        self.heads, self.eps, self.w, self.linear = config.num_attention_heads, config.layer_norm_eps, weights, linear
        self.layers = [f"encoder.layer.{i}." for i in range(config.num_hidden_layers)]

    def _pair(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        return self.w[f"{name}.weight"], self.w[f"{name}.bias"]

    def __call__(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        w, size = self.w, (self.w["embeddings.LayerNorm.weight"].shape[0],)
        e = "embeddings."
        x = w[f"{e}word_embeddings.weight"][input_ids] + w[f"{e}position_embeddings.weight"][: input_ids.shape[1]]
        x = F.layer_norm(x + w[f"{e}token_type_embeddings.weight"][0], size, *self._pair(f"{e}LayerNorm"), self.eps)
        mask = attention_mask[:, None, None, :].bool()
        for p in self.layers:
            q, k, v = (self.linear(x, *self._pair(f"{p}attention.self.{n}")) for n in ("query", "key", "value"))
            y = self.linear(attend(x, q, k, v, self.heads, mask), *self._pair(f"{p}attention.output.dense"))
            x = F.layer_norm(x + y, size, *self._pair(f"{p}attention.output.LayerNorm"), self.eps)
            y = self.linear(F.gelu(self.linear(x, *self._pair(f"{p}intermediate.dense"))), *self._pair(f"{p}output.dense"))
            x = F.layer_norm(x + y, size, *self._pair(f"{p}output.LayerNorm"), self.eps)
        return x


class ViT:
    """ViT's encoder over a dictionary of its checkpoint's weights."""

    def __init__(self, config: Any, weights: dict[str, torch.Tensor], linear: Linear) -> None:
        self.heads, self.eps, self.w, self.linear = config.num_attention_heads, config.layer_norm_eps, weights, linear
        self.patch, self.layers = config.patch_size, [f"encoder.layer.{i}." for i in range(config.num_hidden_layers)]

    _pair = Bert._pair

    def __call__(self, pixel_values: torch.Tensor) -> torch.Tensor:
        w, e = self.w, "embeddings."
        x = F.conv2d(pixel_values, *self._pair(f"{e}patch_embeddings.projection"), stride=self.patch).flatten(2).transpose(1, 2)
        x = torch.cat([w[f"{e}cls_token"].expand(x.shape[0], 1, -1), x], 1) + w[f"{e}position_embeddings"]
        size = (x.shape[-1],)
        for p in self.layers:
            y = F.layer_norm(x, size, *self._pair(f"{p}layernorm_before"), self.eps)
            q, k, v = (self.linear(y, *self._pair(f"{p}attention.attention.{n}")) for n in ("query", "key", "value"))
            x = x + self.linear(attend(y, q, k, v, self.heads, None), *self._pair(f"{p}attention.output.dense"))
            y = F.layer_norm(x, size, *self._pair(f"{p}layernorm_after"), self.eps)
            x = x + self.linear(F.gelu(self.linear(y, *self._pair(f"{p}intermediate.dense"))), *self._pair(f"{p}output.dense"))
        return F.layer_norm(x, size, *self._pair("layernorm"), self.eps)


BARE = {"bert": Bert, "vit": ViT}
