"""Configuration of BLOOM."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class BloomConfig(PretrainedConfig):
    """Hyper-parameters of BLOOM; names and defaults are those of config.json."""

    model_type = "bloom"
    attribute_map = {"num_hidden_layers": "n_layer", "num_attention_heads": "n_head", "n_embed": "hidden_size"}

    # how large it is
    hidden_size: int = 64
    n_head: int = 8
    n_layer: int = 2
    vocab_size: int = 250880

    # what it computes
    apply_residual_connection_post_layernorm: bool = False
    layer_norm_epsilon: float = 1e-5
    pretraining_tp: int = 1
    slow_but_exact: bool = False

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    hidden_dropout: float = 0.0
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    use_cache: bool = True

    def validate(self) -> Iterator[str]:
        if self.n_head < 1 or self.hidden_size % self.n_head:
            yield f"hidden_size={self.hidden_size} is not a multiple of n_head={self.n_head}"
