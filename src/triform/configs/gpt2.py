"""Configuration of GPT-2."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class GPT2Config(PretrainedConfig):
    """Hyper-parameters of GPT-2; names and defaults are those of config.json."""

    model_type = "gpt2"
    attribute_map = {
        "num_hidden_layers": "n_layer", "hidden_size": "n_embd", "num_attention_heads": "n_head", "max_position_embeddings": "n_positions",
    }  # fmt: skip

    # how large it is
    n_embd: int = 768
    n_head: int = 12
    n_inner: int | None = None
    n_layer: int = 12
    n_positions: int = 1024
    vocab_size: int = 50257

    # what it computes
    activation_function: str = "gelu_new"
    layer_norm_epsilon: float = 1e-5
    reorder_and_upcast_attn: bool = False
    scale_attn_by_inverse_layer_idx: bool = False
    scale_attn_weights: bool = True
    summary_activation: str | None = None
    summary_proj_to_labels: bool = True
    summary_type: str = "cls_index"
    summary_use_proj: bool = True

    # training: what is dropped, what weights start as
    attn_pdrop: float = 0.1
    embd_pdrop: float = 0.1
    initializer_range: float = 0.02
    resid_pdrop: float = 0.1
    summary_first_dropout: float = 0.1

    # tokens, and what is kept of them
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    use_cache: bool = True

    def validate(self) -> Iterator[str]:
        if self.n_head < 1 or self.n_embd % self.n_head:
            yield f"n_embd={self.n_embd} is not a multiple of n_head={self.n_head}"
