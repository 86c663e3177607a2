"""Configuration of XLM-RoBERTa."""

from triform.configs.roberta import RobertaConfig


class XLMRobertaConfig(RobertaConfig):
    """Hyper-parameters of XLM-RoBERTa: RoBERTa's, with the defaults of config.json."""

    model_type = "xlm-roberta"

    vocab_size: int = 30522
