"""Configuration of XLNet."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig


class XLNetConfig(PretrainedConfig):
    """Hyper-parameters of XLNet; names and defaults are those of config.json.

    Attributes:
        attn_type: "bi", or "uni" for attention to what came before alone.
        mem_len: how many states of earlier texts are kept; null or 0 for all. reuse_len: how many of one text may be kept.
        bi_data: the second half of a batch is read backwards. clamp_len: distances beyond it count as it; none, if below 1.
    """

    model_type = "xlnet"
    attribute_map = {
        "n_token": "vocab_size", "hidden_size": "d_model", "num_attention_heads": "n_head", "num_hidden_layers": "n_layer",
    }  # fmt: skip

    # how large it is
    d_head: int | None = None
    d_inner: int = 4096
    d_model: int = 1024
    n_head: int = 16
    n_layer: int = 24
    vocab_size: int = 32000

    # what it computes
    attn_type: str = "bi"
    bi_data: bool = False
    clamp_len: int = -1
    end_n_top: int = 5
    ff_activation: str = "gelu"
    layer_norm_eps: float = 1e-12
    mem_len: int | None = 512
    reuse_len: int | None = None
    same_length: bool = False
    start_n_top: int = 5
    summary_activation: str | None = "tanh"
    summary_type: str = "last"
    summary_use_proj: bool = True
    untie_r: bool = True
    use_mems_eval: bool = True
    use_mems_train: bool = False

    # training: what is dropped, what weights start as
    dropout: float = 0.1
    initializer_range: float = 0.02
    summary_last_dropout: float = 0.1

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    pad_token_id: int | None = 5

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.d_head is None:
            self.d_head = self.d_model // self.n_head

    def validate(self) -> Iterator[str]:
        if self.n_head < 1 or self.d_model % self.n_head:
            yield f"d_model={self.d_model} is not a multiple of n_head={self.n_head}"
        elif self.d_head not in (None, self.d_model // self.n_head):
            yield f"d_head is {self.d_head}, expected d_model / n_head = {self.d_model // self.n_head}"
        if self.attn_type not in ("bi", "uni"):
            yield f"attn_type is {self.attn_type!r}, expected one of bi, uni"
