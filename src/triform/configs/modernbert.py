"""Configuration of ModernBERT."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.base import PretrainedConfig


class ModernBertConfig(PretrainedConfig):
    """Hyper-parameters of ModernBERT; names and defaults are those of config.json.

    Attributes:
        global_attn_every_n_layers: of so many layers, the first sees all tokens, and the others `local_attention` tokens around each.
        local_rope_theta: the base of those layers' rotary angles; global_rope_theta, if null.
        classifier_pooling: "cls", the first token, or "mean", the mean over the tokens that are no padding.
    """

    model_type = "modernbert"
    attribute_map = {"rope_theta": "global_rope_theta"}
    rope_scaling: ClassVar[dict[str, Any] | None] = None

    # how large it is
    global_attn_every_n_layers: int = 3
    hidden_size: int = 768
    intermediate_size: int = 1152
    max_position_embeddings: int = 8192
    num_attention_heads: int = 12
    num_hidden_layers: int = 22
    vocab_size: int = 50368

    # what it computes
    attention_bias: bool = False
    classifier_activation: str = "gelu"
    classifier_bias: bool = False
    classifier_pooling: str = "cls"
    decoder_bias: bool = True
    deterministic_flash_attn: bool = False
    global_rope_theta: float = 160000.0
    hidden_activation: str = "gelu"
    local_attention: int = 128
    local_rope_theta: float | None = 10000.0
    mlp_bias: bool = False
    norm_bias: bool = False
    norm_eps: float = 1e-5
    repad_logits_with_grad: bool = False
    sparse_pred_ignore_index: int = -100
    sparse_prediction: bool = False

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    classifier_dropout: float = 0.0
    embedding_dropout: float = 0.0
    initializer_cutoff_factor: float = 2.0
    initializer_range: float = 0.02
    mlp_dropout: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 50281
    cls_token_id: int | None = 50281
    eos_token_id: int | list[int] | None = 50282
    pad_token_id: int | None = 50283
    sep_token_id: int | None = 50282

    def validate(self) -> Iterator[str]:
        heads = self.num_attention_heads
        if heads < 1 or self.hidden_size % heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={heads}"
        elif self.hidden_size // heads % 2:
            yield f"heads of width {self.hidden_size // heads} cannot be turned: an even width is needed"
        if self.classifier_pooling not in ("cls", "mean"):
            yield f"classifier_pooling is {self.classifier_pooling!r}, expected one of cls, mean"
        if self.global_attn_every_n_layers < 1:
            yield f"global_attn_every_n_layers is {self.global_attn_every_n_layers}, expected at least 1"
