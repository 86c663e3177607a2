"""Configuration of ALBERT."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.bert import attention_problems


class AlbertConfig(PretrainedConfig):
    """Hyper-parameters of ALBERT; names and defaults are those of config.json."""

    model_type = "albert"

    # how large it is
    embedding_size: int = 128
    hidden_size: int = 4096
    inner_group_num: int = 1
    intermediate_size: int = 16384
    max_position_embeddings: int = 512
    num_attention_heads: int = 64
    num_hidden_groups: int = 1
    num_hidden_layers: int = 12
    type_vocab_size: int = 2
    vocab_size: int = 30000

    # what it computes
    hidden_act: str = "gelu_new"
    layer_norm_eps: float = 1e-12
    position_embedding_type: str = "absolute"

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 3
    pad_token_id: int | None = 0

    def validate(self) -> Iterator[str]:
        yield from attention_problems(self)
        if not 1 <= self.num_hidden_groups <= self.num_hidden_layers:
            yield f"num_hidden_groups={self.num_hidden_groups} cannot share num_hidden_layers={self.num_hidden_layers}"
