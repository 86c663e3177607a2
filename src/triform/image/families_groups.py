"""Families of image processors of videos and of pairs, and of those whose images become patches, codes or several arrays: as data."""

from collections.abc import Mapping
from dataclasses import replace

from triform.image import canvases, padding, targets
from triform.image.colours import flipped, grey
from triform.image.cropping import center_crop
from triform.image.families import BLIP
from triform.image.family import EDGE, SQUARE, Family
from triform.image.numbers import centred, normalized, rescaled, rescaled_and_offset
from triform.image.resizing import BICUBIC, BILINEAR, LANCZOS, resize
from triform.image.sizes import fitted
from triform.image.table_parts import CLIP, HALF, RGB_ASKED, cropping, edge, resizing, scaling, square

VIDEOS, PAIRS = "triform.image.sequences:of_videos", "triform.image.sequences:of_pairs"
VIDEOMAE = Family(
    {**resizing(edge(224), BILINEAR), **cropping(224), **scaling(HALF)}, (resize(), center_crop), sizes=EDGE, first="videos", call=VIDEOS
)
VIVIT = replace(
    VIDEOMAE,
    fields={**VIDEOMAE.fields, "size": edge(256), "rescale_factor": 1 / 127.5, "offset": True},
    numbers=(rescaled_and_offset("offset"), normalized),
)
TVP = replace(
    VIDEOMAE,
    fields={
        **resizing({"longest_edge": 448}, BILINEAR), **cropping(448), **scaling(HALF), "do_pad": True, "pad_size": square(448),
        "constant_values": 0, "pad_mode": "constant", "do_flip_channel_order": True,
    },
    steps=(resize(fitted), center_crop, padding.beyond_edges, flipped),
    join=canvases.filled, sizes={**SQUARE, "size": "longest"},
)  # fmt: skip
MATCHED = Family(
    {**resizing(square(480, 640), BILINEAR), "do_rescale": True, "rescale_factor": 1 / 255, "do_grayscale": True},
    (resize(), grey), (rescaled,), sizes=EDGE, call=PAIRS, methods=("triform.image.post.keypoints:Matched",),
)  # fmt: skip
SIGLIP2 = Family(
    {"do_resize": True, "resample": BILINEAR, **scaling(HALF), **RGB_ASKED, "patch_size": 16, "max_num_patches": 256},
    (resize(targets.patches_within),), join=canvases.patches, inputs=("pixel_values", "pixel_attention_mask", "spatial_shapes"),
)  # fmt: skip
IMAGEGPT = Family(
    {"clusters": None, **resizing(square(256), BILINEAR), "do_normalize": True, "do_color_quantize": True}, (resize(),), (centred,),
    join=canvases.colour_codes,
)  # fmt: skip
FLAVA = Family(
    {
        **resizing(square(224), BICUBIC), **cropping(224), **scaling(CLIP), "return_image_mask": False, "input_size_patches": 14,
        "total_mask_patches": 75, "mask_group_min_patches": 16, "mask_group_max_patches": None, "mask_group_min_aspect_ratio": 0.3,
        "mask_group_max_aspect_ratio": None, "return_codebook_pixels": False, "codebook_do_resize": True, "codebook_size": square(112),
        "codebook_resample": LANCZOS, "codebook_do_center_crop": True, "codebook_crop_size": square(112), "codebook_do_rescale": True,
        "codebook_rescale_factor": 1 / 255, "codebook_do_map_pixels": True, "codebook_do_normalize": True,
        "codebook_image_mean": [0.0] * 3, "codebook_image_std": [1.0] * 3,
    },
    (resize(), center_crop), sizes={**SQUARE, "codebook_size": "square", "codebook_crop_size": "square"},
    call="triform.image.flava:of_images",
)  # fmt: skip

GROUP_FAMILIES: Mapping[str, Family] = {
    "EfficientLoFTRImageProcessor": replace(MATCHED, methods=("triform.image.post.keypoints:MatchedInOrder",)),
    "FlavaImageProcessor": FLAVA,
    "ImageGPTImageProcessor": IMAGEGPT,
    "InstructBlipVideoImageProcessor": replace(BLIP, call=VIDEOS),
    "LightGlueImageProcessor": MATCHED,
    "Siglip2ImageProcessor": SIGLIP2,
    "SuperGlueImageProcessor": MATCHED,
    "TvpImageProcessor": TVP,
    "VideoMAEImageProcessor": VIDEOMAE,
    "VivitImageProcessor": VIVIT,
}
