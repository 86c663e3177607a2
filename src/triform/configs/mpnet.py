"""Configuration of MPNet."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig

# What no config can change: relative positions fall into 32 buckets, the last of them from a distance of 128 on; 1 counts as padding.
BUCKETS, FARTHEST, PADDING = 32, 128, 1


class MPNetConfig(PretrainedConfig):
    """Hyper-parameters of MPNet; names and defaults are those of config.json."""

    model_type = "mpnet"

    # how large it is
    hidden_size: int = 768
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    num_attention_heads: int = 12
    num_hidden_layers: int = 12
    relative_attention_num_buckets: int = 32
    vocab_size: int = 30527

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.1
    hidden_dropout_prob: float = 0.1
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    pad_token_id: int | None = 1

    @property
    def longest_text(self) -> int:
        """How many tokens a text may have: positions begin behind that of padding."""
        return self.max_position_embeddings - PADDING - 1

    def validate(self) -> Iterator[str]:
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={self.num_attention_heads}"
        if self.relative_attention_num_buckets < BUCKETS:
            yield f"relative_attention_num_buckets is {self.relative_attention_num_buckets}, expected at least {BUCKETS}"
