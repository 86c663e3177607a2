"""Decoding as somebody would write it by hand for one architecture in plain torch: the floor that `generate` is measured against."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

Linear = Callable[[torch.Tensor, torch.Tensor, Any], torch.Tensor]


def onednn(x: torch.Tensor, weight: torch.Tensor, bias: Any) -> torch.Tensor:
    """A linear layer on oneDNN."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class GPT2:
    """GPT-2 over a dictionary of its checkpoint's weights."""

    def __init__(self, config: Any, weights: dict[str, torch.Tensor], linear: Linear) -> None:
        self.heads, self.linear, self.layers = config.n_head, linear, []
        t = lambda name: weights[f"transformer.{name}"]
        for i in range(config.n_layer):
            part = lambda name, i=i: t(f"h.{i}.{name}")
            matrices = [(part(f"{n}.weight").t(), part(f"{n}.bias")) for n in ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")]
            norms = [(part(f"{n}.weight"), part(f"{n}.bias")) for n in ("ln_1", "ln_2")]
            self.layers.append((matrices, norms))
        self.words, self.places, self.norm = t("wte.weight"), t("wpe.weight"), (t("ln_f.weight"), t("ln_f.bias"))

    def begin(self, rows: int, room: int) -> Any:
        """An empty cache."""
        d = self.words.shape[1]
        return [[torch.empty(rows, self.heads, room, d // self.heads) for _ in range(2)] for _ in self.layers]

    def __call__(self, ids: torch.Tensor, cache: Any, start: int) -> torch.Tensor:
        """Scores of the token after the last of ids (B, T), which stand at `start`."""
        (b, t), d, linear = ids.shape, self.words.shape[1], self.linear
        x = F.embedding(ids, self.words) + self.places[start : start + t]
        for (matrices, norms), (keys, values) in zip(self.layers, cache):
            (w_in, w_out, w_up, w_down), (first, second) = matrices, norms
            q, k, v = (y.view(b, t, self.heads, -1).transpose(1, 2) for y in linear(F.layer_norm(x, (d,), *first), *w_in).chunk(3, -1))
            keys[:, :, start : start + t], values[:, :, start : start + t] = k, v
            y = F.scaled_dot_product_attention(q, keys[:, :, : start + t], values[:, :, : start + t], is_causal=t > 1)
            x = x + linear(y.transpose(1, 2).reshape(b, t, d), *w_out)
            x = x + linear(F.gelu(linear(F.layer_norm(x, (d,), *second), *w_up), approximate="tanh"), *w_down)
        return linear(F.layer_norm(x[:, -1], (d,), *self.norm), self.words, None)


class Llama:
    """Llama over a dictionary of its checkpoint's weights."""

    def __init__(self, config: Any, weights: dict[str, torch.Tensor], linear: Linear) -> None:
        self.config, self.linear = config, linear
        names = (
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
        )
        part = lambda i, name: weights[f"model.layers.{i}.{name}.weight"]
        self.layers = [
            ([part(i, n) for n in names], [part(i, n) for n in ("input_layernorm", "post_attention_layernorm")])
            for i in range(config.num_hidden_layers)
        ]
        self.words, self.norm, self.head = weights["model.embed_tokens.weight"], weights["model.norm.weight"], weights["lm_head.weight"]
        self.width = config.hidden_size // config.num_attention_heads
        self.waves = config.rope_theta ** (-torch.arange(0, self.width, 2).float() / self.width)

    def begin(self, rows: int, room: int) -> Any:
        """An empty cache."""
        groups = self.config.num_key_value_heads
        return [[torch.empty(rows, groups, room, self.width) for _ in range(2)] for _ in self.layers]

    def __call__(self, ids: torch.Tensor, cache: Any, start: int) -> torch.Tensor:
        """Scores of the token after the last of ids (B, T), which stand at `start`."""
        (b, t), linear, eps = ids.shape, self.linear, self.config.rms_norm_eps
        x = F.embedding(ids, self.words)
        angles = torch.arange(start, start + t)[:, None] * self.waves
        cos, sin = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()
        turn = lambda y: y * cos + torch.cat([-y[..., self.width // 2 :], y[..., : self.width // 2]], -1) * sin
        norm = lambda y, w: F.rms_norm(y, (y.shape[-1],), w, eps)
        for ((wq, wk, wv, wo, gate, up, down), (first, second)), (keys, values) in zip(self.layers, cache):
            y = norm(x, first)
            q, k, v = (linear(y, w, None).view(b, t, -1, self.width).transpose(1, 2) for w in (wq, wk, wv))
            keys[:, :, start : start + t], values[:, :, start : start + t] = turn(k), v
            k, v = keys[:, :, : start + t], values[:, :, : start + t]
            y = F.scaled_dot_product_attention(turn(q), k, v, is_causal=t > 1, enable_gqa=k.shape[1] != q.shape[1])
            x = x + linear(y.transpose(1, 2).reshape(b, t, -1), wo, None)
            y = norm(x, second)
            x = x + linear(F.silu(linear(y, gate, None)) * linear(y, up, None), down, None)
        return linear(norm(x[:, -1], self.norm), self.head, None)


@torch.inference_mode()
def greedy(model: Any, ids: torch.Tensor, new: int) -> torch.Tensor:
    """The likeliest continuation."""
    cache, start, said = model.begin(len(ids), ids.shape[1] + new), 0, [ids]
    for _ in range(new):
        scores = model(said[-1], cache, start)
        start += said[-1].shape[1]
        said.append(scores.argmax(-1)[:, None])
    return torch.cat(said, 1)
