"""Configuration of T5."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class T5Config(PretrainedConfig):
    """Hyper-parameters of T5; names and defaults are those of config.json."""

    model_type = "t5"
    attribute_map = {"hidden_size": "d_model", "num_attention_heads": "num_heads", "num_hidden_layers": "num_layers", "head_dim": "d_kv"}

    # how large it is
    d_ff: int = 2048
    d_kv: int = 64
    d_model: int = 512
    num_decoder_layers: int | None = None
    num_heads: int = 8
    num_layers: int = 6
    relative_attention_max_distance: int = 128
    relative_attention_num_buckets: int = 32
    vocab_size: int = 32128

    # what it computes
    feed_forward_proj: str = "relu"
    layer_norm_epsilon: float = 1e-6

    # training: what is dropped, what weights start as
    classifier_dropout: float = 0.0
    dropout_rate: float = 0.1
    initializer_factor: float = 1.0

    # tokens, and what is kept of them
    eos_token_id: int | list[int] | None = 1
    is_encoder_decoder: bool = True
    pad_token_id: int | None = 0
    use_cache: bool = True

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        if self.num_decoder_layers is None:
            self.num_decoder_layers = self.num_layers

    @property
    def is_gated_act(self) -> bool:
        """Whether the feed-forward network has a gate (version 1.1)."""
        return self.feed_forward_proj.startswith("gated-")

    @property
    def dense_act_fn(self) -> str:
        """The activation function's name."""
        name = self.feed_forward_proj.removeprefix("gated-")
        return "gelu_new" if self.is_gated_act and name == "gelu" else name

    def validate(self) -> Iterator[str]:
        if self.feed_forward_proj.count("-") > 1 or ("-" in self.feed_forward_proj and not self.is_gated_act):
            yield f"feed_forward_proj is {self.feed_forward_proj!r}, expected an activation, or gated-<activation>"
        if self.relative_attention_num_buckets < 4:
            yield f"relative_attention_num_buckets is {self.relative_attention_num_buckets}, expected at least 4"
