"""Families of image processors, as data: those that turn each image into an array of its own."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from triform.image import canvases, composed, padding, targets
from triform.image.colours import flipped, grey, on_white
from triform.image.cropping import center_crop, in_proportion, long_side_aligned, without_margins
from triform.image.family import EDGE, Family, late
from triform.image.numbers import fractions, normalized, rescaled, rescaled_and_offset, through_std
from triform.image.resizing import BICUBIC, BILINEAR, LANCZOS, NEAREST, resize
from triform.image.table_parts import CLIP, HALF, IMAGENET, RGB, RGB_ASKED, cropping, edge, resizing, scaling, square


def labelled(family: Family, *methods: str, **older: str) -> Family:
    """A family whose images may come with maps of labels."""
    return replace(
        family, extras=("segmentation_maps",), call="triform.image.labels:of_images_and_maps",
        older={"reduce_labels": "do_reduce_labels", **older}, methods=("triform.image.post.semantic:Upsampled", *methods),
    )  # fmt: skip


VIT = Family({**resizing(square(224), BILINEAR), **scaling(HALF), **RGB_ASKED}, (resize(),))
DEIT = Family({**resizing(square(256), BICUBIC), **cropping(224), **scaling(HALF)}, (resize(), center_crop))
BEIT = labelled(replace(DEIT, fields={**DEIT.fields, "do_reduce_labels": False}))
CLIP_LIKE = Family({**resizing(edge(224), BICUBIC), **cropping(224), **scaling(CLIP), **RGB}, (resize(), center_crop), sizes=EDGE)
BLIP = Family({**resizing(square(384), BICUBIC), **scaling(CLIP), **RGB}, (resize(),))
PVT = Family({**resizing(square(224), BILINEAR), **scaling(IMAGENET)}, (resize(),))
EFFICIENTFORMER = Family({**resizing(square(224), BICUBIC), **cropping(224), **scaling(IMAGENET)}, (resize(), center_crop))
CONVNEXT = Family({**resizing(edge(384), BILINEAR), "crop_pct": 224 / 256, **scaling(HALF)}, (composed.stretched_or_cropped,), sizes=EDGE)
POOLFORMER = Family(
    {**resizing(edge(224), BICUBIC), "crop_pct": 0.9, **cropping(224), **scaling(IMAGENET)}, (resize(targets.inside_crop), center_crop),
    sizes=EDGE,
)  # fmt: skip
LEVIT = Family(
    {**resizing(edge(224), BICUBIC), **cropping(224), **scaling(IMAGENET)}, (resize(targets.enlarged_edge), center_crop), sizes=EDGE
)
MOBILENET = Family({**resizing(edge(256), BILINEAR), **cropping(224), **scaling(HALF)}, (resize(), center_crop), sizes=EDGE)
MOBILEVIT = labelled(Family(
    {
        **resizing(edge(224), BILINEAR), "do_rescale": True, "rescale_factor": 1 / 255, **cropping(256), "do_flip_channel_order": True,
        "do_reduce_labels": False,
    },
    (resize(), center_crop, flipped), (rescaled,), sizes=EDGE,
), do_flip_channels="do_flip_channel_order")  # fmt: skip
PERCEIVER = Family({**cropping(256), **resizing(square(224), BICUBIC), **scaling(IMAGENET)}, (in_proportion, resize()))
EFFICIENTNET = Family(
    {**resizing(square(346), NEAREST), **cropping(289, False), **scaling(HALF), "rescale_offset": False, "include_top": True},
    (resize(), center_crop),
    (rescaled_and_offset("rescale_offset"), normalized, through_std),
)  # fmt: skip
SEGFORMER = labelled(Family({**resizing(square(512), BILINEAR), **scaling(IMAGENET), "do_reduce_labels": False}, (resize(),)))
DPT = labelled(Family(
    {
        **resizing(square(384), BICUBIC), "keep_aspect_ratio": False, "ensure_multiple_of": 1, **scaling(HALF), "do_pad": False,
        "size_divisor": None, "do_reduce_labels": False,
    },
    (resize(targets.in_multiples),), join=canvases.centred_on_multiples,
), "triform.image.post.depth:Upsampled")  # fmt: skip
GLPN = Family(
    {"do_resize": True, "do_rescale": True, "size_divisor": 32, "resample": BILINEAR}, (resize(targets.down_to_multiples),),
    (fractions,),
    methods=("triform.image.post.depth:Upsampled",),
)  # fmt: skip
ZOEDEPTH = Family(
    {
        **scaling(HALF), "do_pad": True, **resizing(square(384, 512), BILINEAR), "keep_aspect_ratio": True, "ensure_multiple_of": 32,
    },
    (padding.reflected_around, composed.resized_exactly), methods=("triform.image.post.depth:Cropped",),
)  # fmt: skip
SWIN2SR = Family(
    {"do_rescale": True, "rescale_factor": 1 / 255, "do_pad": True, "size_divisor": 8}, (padding.mirrored_to_multiples,), (rescaled,),
    older={"pad_size": "size_divisor"},
)  # fmt: skip
OCR = {"apply_ocr": True, "ocr_lang": None, "tesseract_config": ""}
LAYOUT2 = Family({**resizing(square(224), BILINEAR), **OCR}, (resize(), flipped), (), call="triform.image.pages:of_pages")
LAYOUT3 = Family({**resizing(square(224), BILINEAR), **scaling(HALF), **OCR}, (resize(),), call="triform.image.pages:of_pages")
OWLVIT = Family(
    {**resizing(square(768), BICUBIC), **cropping(768, False), **scaling(CLIP)}, (resize(), center_crop),
    methods=("triform.image.post.detection:Guided",),
)  # fmt: skip
OWLV2 = Family(
    {"do_rescale": True, "rescale_factor": 1 / 255, "do_pad": True, **resizing(square(960), BILINEAR), "do_normalize": True,
     "image_mean": CLIP[0], "image_std": CLIP[1]},
    (composed.squared_and_smoothed,), methods=("triform.image.post.detection:GuidedInSquare",),
)  # fmt: skip
TEXTNET = Family(
    {**resizing(edge(640), BILINEAR), "size_divisor": 32, **cropping(224, False), **scaling(IMAGENET), **RGB},
    (resize(targets.edged_up_to_multiples), center_crop), sizes=EDGE,
)  # fmt: skip
CHAMELEON = Family(
    {**resizing(edge(512), LANCZOS), **cropping(512), **scaling(([1.0] * 3, [1.0] * 3)), "rescale_factor": 0.0078, **RGB},
    (resize(), center_crop), sizes=EDGE, colour=on_white,
)  # fmt: skip
PAGE = {"do_thumbnail": True, "do_align_long_axis": False, "do_pad": True}
PAGE_STEPS = (long_side_aligned, resize(targets.shorter_side_of_size), padding.thumbnail, padding.centred_on_size)
DONUT = Family(
    {**resizing(square(2560, 1920), BILINEAR), **PAGE, **scaling(HALF)}, PAGE_STEPS, sizes={"size": "swapped"},
    optional={"random_padding": False},
)  # fmt: skip
NOUGAT = Family(
    {"do_crop_margin": True, **resizing(square(896, 672), BILINEAR), **PAGE, **scaling(IMAGENET)}, (without_margins(), *PAGE_STEPS)
)
SUPERPOINT = Family(
    {**resizing(square(480, 640), BILINEAR), "do_rescale": True, "rescale_factor": 1 / 255, "do_grayscale": False},
    (resize(), grey), (rescaled,), sizes=EDGE, methods=("triform.image.post.keypoints:Detected",),
)  # fmt: skip
SQUARED = Family(
    {**resizing(square(384), BICUBIC), **scaling(CLIP), **RGB_ASKED, "do_pad": True, "min_size": 14, "background_color": [127, 127, 127]},
    (resize(targets.longest_of_square), padding.squared()),
)
LLAVA = replace(CLIP_LIKE, fields={"do_pad": False, **CLIP_LIKE.fields}, steps=(padding.squared(of_mean=True), resize(), center_crop))

FAMILIES: Mapping[str, Family] = {
    "BeitImageProcessor": BEIT,
    "BitImageProcessor": CLIP_LIKE,
    "BlipImageProcessor": BLIP,
    "CLIPImageProcessor": CLIP_LIKE,
    "ChameleonImageProcessor": CHAMELEON,
    "ChineseCLIPImageProcessor": CLIP_LIKE,
    "ConvNextImageProcessor": CONVNEXT,
    "DPTImageProcessor": DPT,
    "DeepseekVLImageProcessor": SQUARED,
    "DeiTImageProcessor": DEIT,
    "DonutImageProcessor": DONUT,
    "EfficientFormerImageProcessor": EFFICIENTFORMER,
    "EfficientNetImageProcessor": EFFICIENTNET,
    "GLPNImageProcessor": GLPN,
    "JanusImageProcessor": SQUARED,
    "LayoutLMv2ImageProcessor": LAYOUT2,
    "LayoutLMv3ImageProcessor": LAYOUT3,
    "LevitImageProcessor": LEVIT,
    "LlavaImageProcessor": LLAVA,
    "MobileNetV1ImageProcessor": MOBILENET,
    "MobileNetV2ImageProcessor": labelled(replace(MOBILENET, fields={**MOBILENET.fields, "do_reduce_labels": False})),
    "MobileViTImageProcessor": MOBILEVIT,
    "NougatImageProcessor": NOUGAT,
    "OwlViTImageProcessor": OWLVIT,
    "Owlv2ImageProcessor": OWLV2,
    "PerceiverImageProcessor": PERCEIVER,
    "PoolFormerImageProcessor": POOLFORMER,
    "PvtImageProcessor": PVT,
    "SegformerImageProcessor": SEGFORMER,
    "SiglipImageProcessor": replace(VIT, fields={**VIT.fields, "resample": BICUBIC}),
    "SuperPointImageProcessor": SUPERPOINT,
    "Swin2SRImageProcessor": SWIN2SR,
    "TextNetImageProcessor": TEXTNET,
    "ViTHybridImageProcessor": CLIP_LIKE,
    "ViTImageProcessor": VIT,
    "ZoeDepthImageProcessor": ZOEDEPTH,
}


@cache
def families() -> dict[str, Family]:
    """Every family by its class name; those of other modules are read when first asked for."""
    from triform.image.families_dense import DENSE_FAMILIES
    from triform.image.families_groups import GROUP_FAMILIES

    return {**FAMILIES, **DENSE_FAMILIES, **GROUP_FAMILIES}


@cache
def processor_class(name: str) -> Any:
    """The class of a name, with or without `Fast`, or of an older …FeatureExtractor name; None for one that is not known."""
    from triform.image.processor import ImageProcessor

    bare = name.removesuffix("Fast").replace("FeatureExtractor", "ImageProcessor")
    family = FAMILIES.get(bare) or families().get(bare)
    if family is None:
        return None
    if bare != name:
        return processor_class(bare)
    body = {"family": family, "__module__": "triform.image", "__doc__": f"The image processor that checkpoints call {bare}."}
    return type(bare, (*map(late, family.methods), ImageProcessor), body)
