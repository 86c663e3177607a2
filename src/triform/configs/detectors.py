"""What configs of DETR and its kin have in common: the backbone, and how much each term of matching and loss counts."""

from collections.abc import Iterator
from typing import Any, Literal

from triform.configs.base import PretrainedConfig


class DetectorConfig(PretrainedConfig):
    """A config whose model finds objects in the maps of a backbone.

    Attributes:
        use_timm_backbone: the backbone is the ResNet that `backbone` names, under timm's names; `backbone_kwargs` may say out_indices,
            in_chans and output_stride. Default: whether there is no backbone_config.
        backbone_config: of a backbone of this library, otherwise.
        use_pretrained_backbone: kept for other programs; weights come from the checkpoint.
        dilation: the last stage of a timm backbone dilates instead of halving height and width.
        auxiliary_loss: the states after every layer of the decoder are judged, not the last ones alone.
        class_cost, bbox_cost, giou_cost: how much each counts where predictions and objects are matched; …_coefficient: in the loss.
    """

    attribute_map = {"hidden_size": "d_model", "num_attention_heads": "encoder_attention_heads"}
    sub_configs = {"backbone_config": None}

    # the backbone
    backbone: str | None = "resnet50"
    backbone_config: Any = None
    backbone_kwargs: dict[str, Any] | None = None
    dilation: bool | None = False
    num_channels: int = 3
    use_pretrained_backbone: bool = True
    use_timm_backbone: bool = True

    # how large it is
    d_model: int = 256
    decoder_attention_heads: int = 8
    decoder_ffn_dim: int = 2048
    decoder_layers: int = 6
    encoder_attention_heads: int = 8
    encoder_ffn_dim: int = 2048
    encoder_layers: int = 6
    num_hidden_layers: int = 6
    num_queries: int = 100

    # what it computes
    activation_function: str = "relu"
    is_encoder_decoder: bool = True
    position_embedding_type: Literal["sine", "learned"] = "sine"

    # training: what is dropped, what weights start as, what the loss weighs
    activation_dropout: float = 0.0
    attention_dropout: float = 0.0
    auxiliary_loss: bool = False
    bbox_cost: float = 5
    bbox_loss_coefficient: float = 5
    class_cost: float = 1
    dice_loss_coefficient: float = 1
    dropout: float = 0.1
    encoder_layerdrop: float = 0.0
    giou_cost: float = 2
    giou_loss_coefficient: float = 2
    init_std: float = 0.02
    init_xavier_std: float = 1.0
    mask_loss_coefficient: float = 1

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("use_timm_backbone", kwargs.get("backbone_config") is None)
        if not kwargs["use_timm_backbone"]:
            kwargs = {"backbone": None, **kwargs}
            if kwargs.get("backbone_config") is None:
                kwargs["backbone_config"] = {"model_type": "resnet", "out_features": ["stage4"]}
        elif kwargs.get("backbone_kwargs") is None:
            stride = {"output_stride": 16} if kwargs.get("dilation") else {}
            kwargs["backbone_kwargs"] = {
                **stride, "out_indices": self.used_maps(kwargs), "in_chans": kwargs.get("num_channels", 3)
            }  # fmt: skip
        kwargs.setdefault("num_hidden_layers", kwargs.get("encoder_layers", type(self).encoder_layers))
        super().__init__(**kwargs)

    @classmethod
    def used_maps(cls, given: dict[str, Any]) -> list[int]:
        """The stages of a timm backbone whose maps are used, unless backbone_kwargs says so."""
        return [1, 2, 3, 4]

    def validate(self) -> Iterator[str]:
        if self.use_timm_backbone and self.backbone_config is not None:
            yield "use_timm_backbone is true and backbone_config is given, expected one of them"
        if not self.use_timm_backbone and self.backbone is not None:
            yield f"backbone is {self.backbone!r} beside backbone_config; expected null, unless use_timm_backbone is true"
        for heads in ("encoder_attention_heads", "decoder_attention_heads"):
            if self.d_model % getattr(self, heads):
                yield f"d_model={self.d_model} is not a multiple of {heads}={getattr(self, heads)}"
        if self.d_model % 4:
            yield f"d_model={self.d_model} is not a multiple of 4, for sines and cosines of rows and columns"
