"""Configuration of ELECTRA."""

from triform.configs.bert import BertConfig


class ElectraConfig(BertConfig):
    """Hyper-parameters of ELECTRA: BERT's, an embedding size and a summary; names and defaults are those of config.json."""

    model_type = "electra"

    # how large it is
    embedding_size: int = 128
    hidden_size: int = 256
    intermediate_size: int = 1024
    num_attention_heads: int = 4

    # what it computes
    summary_activation: str | None = "gelu"
    summary_type: str = "first"
    summary_use_proj: bool = True

    # training: what is dropped, what weights start as
    summary_last_dropout: float = 0.1
