"""Configuration of DistilBERT."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class DistilBertConfig(PretrainedConfig):
    """Hyper-parameters of DistilBERT; names and defaults are those of config.json."""

    model_type = "distilbert"
    attribute_map = {"hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers"}

    # how large it is
    dim: int = 768
    hidden_dim: int = 3072
    max_position_embeddings: int = 512
    n_heads: int = 12
    n_layers: int = 6
    vocab_size: int = 30522

    # what it computes
    activation: str = "gelu"
    sinusoidal_pos_embds: bool = False

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.1
    dropout: float = 0.1
    initializer_range: float = 0.02
    qa_dropout: float = 0.1
    seq_classif_dropout: float = 0.2

    # tokens, and what is kept of them
    pad_token_id: int | None = 0

    def validate(self) -> Iterator[str]:
        if self.n_heads < 1 or self.dim % self.n_heads:
            yield f"dim={self.dim} is not a multiple of n_heads={self.n_heads}"
