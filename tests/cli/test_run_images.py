"""`triform run` on images: answers, pictures, and what is refused, on tiny models of every task."""

import json

import numpy as np
import pytest

import triform
from triform.drawing.boxes import Box, draw_boxes
from triform.drawing.colours import distinct, luminance, readable_on, scale
from triform.drawing.masks import Segment, draw_segments, edge, middle
from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.tasks.run import run_task
from triform.tasks.wishes import Wishes

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")
VIT = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "image_size": 32, "patch_size": 8}
CLIP = {
    "text_config": {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24, "vocab_size": 600,
                    "max_position_embeddings": 20, "eos_token_id": 513, "bos_token_id": 512, "projection_dim": 16},
    "vision_config": {**VIT, "num_hidden_layers": 1, "projection_dim": 16}, "projection_dim": 16,
}  # fmt: skip
SQUARE = {"height": 32, "width": 32}
MADE = {
    "ImageClassification": ("vit", VIT, "ViTImageProcessor", {"size": SQUARE}),
    "ObjectDetection": ("yolos", {**VIT, "image_size": [32, 32], "num_detection_tokens": 5}, "YolosImageProcessor",
                        {"size": {"shortest_edge": 32, "longest_edge": 32}}),
    "SemanticSegmentation": (
        "segformer", {"hidden_sizes": [8, 16], "depths": [1, 1], "num_attention_heads": [1, 2], "num_encoder_blocks": 2,
                      "sr_ratios": [2, 1], "patch_sizes": [7, 3], "strides": [4, 2], "mlp_ratios": [2, 2], "decoder_hidden_size": 8},
        "SegformerImageProcessor", {"size": SQUARE},
    ),
    "ImageToImage": ("swin2sr", {"embed_dim": 12, "depths": [1], "num_heads": [2], "window_size": 4, "image_size": 16, "upscale": 2},
                     "Swin2SRImageProcessor", {"pad_size": 8}),
    "VideoClassification": ("videomae", {**VIT, "num_frames": 4, "tubelet_size": 2}, "VideoMAEImageProcessor",
                            {"size": {"shortest_edge": 32}, "crop_size": SQUARE}),
    "DepthEstimation": (
        "dpt", {**VIT, "backbone_out_indices": [0, 0, 1, 1], "neck_hidden_sizes": [4, 4, 8, 8], "fusion_hidden_size": 8},
        "DPTImageProcessor", {"size": SQUARE},
    ),
}  # fmt: skip


def picture(path, size=(60, 44)):
    grid = np.indices(size[::-1]).sum(0)
    Image.fromarray(np.stack([grid * 2 % 256, grid * 3 % 256, 255 - grid % 256], -1).astype(np.uint8)).save(path)
    return str(path)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Makes the folder of a task's tiny model."""
    made = {}

    def folder(task):
        if task not in made:
            kind, sizes, processor, settings = MADE[task]
            place = made[task] = tmp_path_factory.mktemp(task)
            config = triform.AutoConfig.for_model(kind, **sizes, id2label={0: "cat", 1: "dog", 2: "tree"})
            getattr(triform, f"AutoModelFor{task}").from_config(config, seed=1).save_pretrained(place)
            getattr(triform, processor)(**settings).save_pretrained(place)
        return str(made[task])

    return folder


@pytest.mark.parametrize("task", MADE)
def test_each_task_gives_rows_and_a_picture(models, tmp_path, task, backend):
    name = picture(tmp_path / "in.png")
    if task == "VideoClassification":
        frames = [Image.fromarray(np.full((40, 50, 3), 20 * i, np.uint8)) for i in range(9)]
        name = str(tmp_path / "in.gif")
        frames[0].save(name, save_all=True, append_images=frames[1:])
    result = run_task(models(task), [name], backend=backend, wishes=Wishes(output=tmp_path / "out.png", threshold=0.0))
    assert result.task == task and len(result.rows) == 1 and result.rows[0]
    assert all(len(row) == len(result.columns) for row in result.rows[0])
    json.dumps(result.as_dict())
    drawn = not task.endswith("Classification")
    assert result.pictures == ([str(tmp_path / "out.png")] if drawn else [])
    if drawn:
        assert Image.open(tmp_path / "out.png").size == ((120, 88) if task == "ImageToImage" else (60, 44))


def test_the_numbers_are_the_model_s(models, tmp_path):
    name = picture(tmp_path / "in.png")
    folder = models("ImageClassification")
    rows = run_task(folder, [name]).rows[0]
    model, processor = triform.AutoModelForImageClassification.from_pretrained(folder), triform.AutoImageProcessor.from_pretrained(folder)
    with torch.inference_mode():
        wanted = model(**processor(Image.open(name), return_tensors="pt")).logits.softmax(-1)[0]
    assert [label for label, _ in rows] == [model.config.id2label[int(j)] for j in wanted.argsort(descending=True)]
    assert np.allclose([score for _, score in rows], wanted.sort(descending=True)[0], atol=1e-6)


def words(folder):
    """A tokenizer of letters, as CLIP's."""
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer", "model_max_length": 16}')


@pytest.mark.parametrize(
    ("kind", "task", "processor"), [("clip", "ZeroShotImageClassification", "CLIP"), ("owlvit", "ZeroShotObjectDetection", "OwlViT")]
)
def test_what_the_user_names(tmp_path, kind, task, processor):
    place = tmp_path / "model"
    getattr(triform, f"AutoModelFor{task}").from_config(triform.AutoConfig.for_model(kind, **CLIP), seed=1).save_pretrained(place)
    size = {"size": {"shortest_edge": 32}, "crop_size": SQUARE} if kind == "clip" else {"size": SQUARE}
    getattr(triform, f"{processor}ImageProcessor")(**size).save_pretrained(place)
    words(place)
    name = picture(tmp_path / "in.png")
    result = run_task(str(place), [name], task=task, wishes=Wishes(labels=("a cat", "dog"), threshold=0.0, output=tmp_path / "o.png"))
    assert result.rows[0] and {row[0] for row in result.rows[0]} <= {"a cat", "dog"}
    if kind == "clip":
        assert abs(sum(row[1] for row in result.rows[0]) - 1) < 1e-5
    with pytest.raises(InputError, match="--label"):
        run_task(str(place), [name], task=task)


def test_what_the_user_points_to(tmp_path):
    place = tmp_path / "model"
    vision = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 32, "patch_size": 8, "output_channels": 8,
              "global_attn_indexes": [1], "window_size": 2, "mlp_dim": 24, "num_pos_feats": 4}  # fmt: skip
    config = triform.AutoConfig.for_model(
        "sam", vision_config=vision,
        prompt_encoder_config={"hidden_size": 8, "image_size": 32, "patch_size": 8, "image_embedding_size": 4, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 8, "mlp_dim": 12, "num_attention_heads": 2, "iou_head_hidden_dim": 8, "num_hidden_layers": 2},
    )  # fmt: skip
    triform.AutoModelForMaskGeneration.from_config(config, seed=1).save_pretrained(place)
    triform.SamImageProcessor(size={"longest_edge": 32}, pad_size=SQUARE, mask_size={"longest_edge": 16}).save_pretrained(place)
    name = picture(tmp_path / "in.png")
    for wishes, count in (
        (Wishes(output=tmp_path / "o.png"), 1),
        (Wishes(points=((5, 5), (30, 20))), 2),
        (Wishes(boxes=((2, 2, 30, 30),)), 1),
    ):
        assert len(run_task(str(place), [name], task="MaskGeneration", wishes=wishes).rows[0]) == count
    assert Image.open(tmp_path / "o.png").size == (60, 44)


def test_what_is_refused(models, tmp_path):
    folder, name = models("ObjectDetection"), picture(tmp_path / "in.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "in.png").read_bytes()[:60])
    (tmp_path / "text.png").write_text("no image")
    for inputs, wishes, error, says in [
        ([str(tmp_path / "none.png")], Wishes(), MissingFileError, r"none\.png"),
        ([name, str(tmp_path / "text.png")], Wishes(output=tmp_path), CorruptFileError, r"text\.png"),
        ([name, str(tmp_path / "broken.png")], Wishes(output=tmp_path), CorruptFileError, r"broken\.png"),
        ([name, name], Wishes(output=tmp_path / "o.png"), InputError, "Name a folder"),
        ([name], Wishes(output=tmp_path / "no" / "o.png"), MissingFileError, "no folder"),
    ]:
        before = sorted(tmp_path.iterdir())
        with pytest.raises(error, match=says):
            run_task(folder, inputs, wishes=wishes)
        assert sorted(tmp_path.iterdir()) == before


def test_colours_are_told_apart_and_read():
    many = [distinct(i) for i in range(40)]
    assert len(set(many)) == 40
    assert min(sum(abs(a - b) for a, b in zip(many[i], many[i + 1])) for i in range(39)) > 90
    for colour in many:
        light, ink = luminance(colour), luminance(readable_on(colour))
        assert (max(light, ink) + 0.05) / (min(light, ink) + 0.05) >= 4.5
    shades = scale(np.linspace(0, 1, 64)[None])[0]
    lights = [luminance(tuple(int(c) for c in shade)) for shade in shades]
    assert lights == sorted(lights) and scale(np.full((2, 2), np.nan)).shape == (2, 2, 3)


def test_drawings_stay_inside_and_labels_apart():
    image = Image.new("RGB", (200, 120), "white")
    out = draw_boxes(
        image, [Box((-20, -10, 60, 50), "one 90%", 0), Box((5, 0, 50, 40), "two 80%", 1), Box((150, 100, 400, 300), "three", 2)]
    )
    assert out.size == (200, 120) and np.asarray(image).min() == 255, "the image itself is not drawn on"
    pixels = np.asarray(out)
    for number in range(3):
        assert (pixels == distinct(number)).all(-1).sum() > 100
    mask = np.zeros((120, 200), bool)
    mask[20:80, 30:150] = True
    drawn = np.asarray(draw_segments(image, [Segment(mask, "lake", 4)]))
    assert (drawn[~mask].reshape(-1, 3)[:50] == 255).all() and (drawn[20, 100] == distinct(4)).all()
    assert edge(mask).sum() == 2 * (60 + 120) - 4 and middle(mask) == (90, 50)
