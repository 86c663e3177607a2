"""Configuration of Table Transformer."""

from triform.configs.detr import DetrConfig


class TableTransformerConfig(DetrConfig):
    """Hyper-parameters of Table Transformer; those of DETR."""

    model_type = "table-transformer"
