"""Configuration of CamemBERT."""

from triform.configs.roberta import RobertaConfig


class CamembertConfig(RobertaConfig):
    """Hyper-parameters of CamemBERT: RoBERTa's, with the defaults of config.json."""

    model_type = "camembert"

    vocab_size: int = 30522
