"""Configuration of MPNet."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig

# What no config can change: relative positions fall into 32 buckets, the last of them from a distance of 128 on; 1 counts as padding.
BUCKETS, FARTHEST, PADDING = 32, 128, 1


class MPNetConfig(PretrainedConfig):
    """Hyper-parameters of MPNet; names and defaults are those of config.json."""

    model_type = "mpnet"

    vocab_size: int = 30527
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    relative_attention_num_buckets: int = 32
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2

    @property
    def longest_text(self) -> int:
        """How many tokens a text may have: positions begin behind that of padding."""
        return self.max_position_embeddings - PADDING - 1

    def validate(self) -> Iterator[str]:
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={self.num_attention_heads}"
        if self.relative_attention_num_buckets < BUCKETS:
            yield f"relative_attention_num_buckets is {self.relative_attention_num_buckets}, expected at least {BUCKETS}"
