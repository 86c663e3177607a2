"""Configuration of DeBERTa, versions 2 and 3."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig

KINDS = ("c2p", "p2c")


class DebertaV2Config(PretrainedConfig):
    """Hyper-parameters of DeBERTa-v2; names and defaults are those of config.json.

    Attributes:
        pos_att_type: which scores positions add: "c2p" (of a query for a distance), "p2c" (of a key for a distance); a list, or "c2p|p2c".
        max_relative_positions: the largest distance; max_position_embeddings, if below 1.
        position_buckets: how many buckets distances fall into, on each side; none, if below 1.
        norm_rel_ebd: "layer_norm", if the embeddings of distances are normalised.
        legacy: which of two heads fills in words; the newer one projects by the word embeddings themselves.
    """

    model_type = "deberta-v2"

    # how large it is
    conv_groups: int = 1
    conv_kernel_size: int = 0
    embedding_size: int | None = None
    hidden_size: int = 1536
    intermediate_size: int = 6144
    max_position_embeddings: int = 512
    max_relative_positions: int = -1
    num_attention_heads: int = 24
    num_hidden_layers: int = 24
    pooler_hidden_size: int | None = None
    position_buckets: int = -1
    type_vocab_size: int = 0
    vocab_size: int = 128100

    # what it computes
    conv_act: str = "tanh"
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-7
    legacy: bool = True
    norm_rel_ebd: str = "none"
    pooler_hidden_act: str = "gelu"
    pos_att_type: list[str] | str | None = None
    position_biased_input: bool = True
    relative_attention: bool = False
    share_att_key: bool = False

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.1
    cls_dropout: float | None = None
    hidden_dropout_prob: float = 0.1
    initializer_range: float = 0.02
    pooler_dropout: float = 0.0

    # tokens, and what is kept of them
    pad_token_id: int | None = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.pos_att_type, str):
            self.pos_att_type = [kind.strip() for kind in self.pos_att_type.lower().split("|")]
        for name in ("embedding_size", "pooler_hidden_size"):
            if getattr(self, name) is None:
                setattr(self, name, self.hidden_size)

    def validate(self) -> Iterator[str]:
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={self.num_attention_heads}"
        given = self.pos_att_type or ()
        unknown = [kind for kind in (given.lower().split("|") if isinstance(given, str) else given) if kind.strip() not in KINDS]
        if unknown:
            yield f"pos_att_type has {', '.join(map(repr, unknown))}, expected some of {', '.join(KINDS)}"
        if self.conv_kernel_size > 0 and self.conv_kernel_size % 2 == 0:
            yield f"conv_kernel_size is {self.conv_kernel_size}, expected an odd number"
        if self.conv_groups < 1 or self.hidden_size % self.conv_groups:
            yield f"hidden_size={self.hidden_size} is not a multiple of conv_groups={self.conv_groups}"
        if self.position_buckets in (1, 2, 3):
            yield f"position_buckets is {self.position_buckets}, expected at least 4, or -1 for none"
