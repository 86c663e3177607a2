"""Processors against the reference's: the same call, the same files."""

import json
from types import SimpleNamespace

import pytest
from pictures import differing, labels, picture

import triform
from triform.errors import InputError, MissingFileError, UnknownKeywordError, UnsupportedTaskError

torch = pytest.importorskip("torch")
IMAGES = [picture(33, 47), picture(61, 40)]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "dog", "photo", "of", ".", "two", "the", "remote", "##s"]
SMALL = {"height": 20, "width": 31}
BERT_LIKE = {  # processor -> its image processor, settings
    "AlignProcessor": ("EfficientNetImageProcessor", {"size": SMALL}),
    "BlipProcessor": ("BlipImageProcessor", {"size": SMALL}),
    "ChineseCLIPProcessor": ("ChineseCLIPImageProcessor", {"size": SMALL, "crop_size": 16}),
    "FlavaProcessor": ("FlavaImageProcessor", {"size": SMALL}),
    "GitProcessor": ("CLIPImageProcessor", {"size": 20, "crop_size": 16}),
    "GroundingDinoProcessor": ("GroundingDinoImageProcessor", {"size": SMALL}),
    "NougatProcessor": ("NougatImageProcessor", {"size": SMALL}),
    "Siglip2Processor": ("Siglip2ImageProcessor", {}),
    "SiglipProcessor": ("SiglipImageProcessor", {"size": SMALL}),
    "TrOCRProcessor": ("ViTImageProcessor", {"size": 20}),
    "ViltProcessor": ("ViltImageProcessor", {"size": {"shortest_edge": 40}, "size_divisor": 8}),
    "VisionTextDualEncoderProcessor": ("ViTImageProcessor", {"size": 20}),
}  # fmt: skip
CLIP_LIKE = {
    "CLIPProcessor": ("CLIPImageProcessor", {"size": 20, "crop_size": 16}),
    "CLIPSegProcessor": ("ViTImageProcessor", {"size": 20}),
    "OwlViTProcessor": ("OwlViTImageProcessor", {"size": SMALL}),
    "Owlv2Processor": ("Owlv2ImageProcessor", {"size": SMALL}),
}
ROBERTA_LIKE = {
    "BridgeTowerProcessor": ("BridgeTowerImageProcessor", {"size": {"shortest_edge": 40}, "size_divisor": 8}),
    "DonutProcessor": ("DonutImageProcessor", {"size": SMALL}),
}
EVERY = {**BERT_LIKE, **CLIP_LIKE, **ROBERTA_LIKE}


@pytest.fixture(scope="module")
def vocabularies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabularies")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    pieces = ["<|startoftext|>", "<|endoftext|>", "a</w>", "c", "a", "t</w>", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "Ġ", "t"]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return folder


def pair(name, vocabularies):
    """(ours, the reference's)."""
    import transformers

    image, settings = EVERY[name]
    kind = "BertTokenizer" if name in BERT_LIKE else "CLIPTokenizer" if name in CLIP_LIKE else "RobertaTokenizer"
    made = []
    for library in (triform, transformers):
        images = getattr(library, image)(**settings)
        if library is transformers and name == "ChineseCLIPProcessor":
            images.size = {"height": 20, "width": 31}
        tokenizer = getattr(library, f"{kind}Fast").from_pretrained(vocabularies, model_max_length=16)
        made.append(getattr(library, name)(images, tokenizer))
    return made


@pytest.mark.parametrize("name", EVERY)
def test_calls_are_the_reference_s(name, vocabularies):
    ours, theirs = pair(name, vocabularies)
    calls = [
        {"text": ["a cat", "a dog photo"], "images": IMAGES, "return_tensors": "np", "padding": True},
        {"text": "a cat", "images": IMAGES[0]}, {"images": IMAGES[:1], "return_tensors": "np"}, {"text": "a cat"},
        {"text": "a cat", "images": IMAGES[0], "text_kwargs": {"padding": "max_length", "max_length": 9}, "return_tensors": "pt"},
    ]  # fmt: skip
    for call in calls[:4] if name in ("CLIPSegProcessor", "NougatProcessor") else calls:
        wrong = differing(ours(**call), theirs(**call), str({k: v for k, v in call.items() if k != "images"}))
        assert not wrong, "\n".join(wrong)
    assert sorted(set(ours.model_input_names)) == sorted({*theirs.image_processor.model_input_names, *theirs.tokenizer.model_input_names})


@pytest.mark.parametrize("name", EVERY)
def test_files_go_both_ways(name, vocabularies, tmp_path):
    import transformers

    ours, theirs = pair(name, vocabularies)
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    back = triform.AutoProcessor.from_pretrained(tmp_path / "theirs")
    assert type(back) is getattr(triform, name) and back.image_processor == ours.image_processor
    again = getattr(transformers, name).from_pretrained(tmp_path / "ours")
    call = {"text": ["a cat", "a dog photo"], "images": IMAGES, "return_tensors": "np", "padding": True}
    for made in (back, again):
        assert not differing(made(**call), theirs(**call))
    assert json.loads((tmp_path / "ours" / "preprocessor_config.json").read_text())["processor_class"] == name
    assert json.loads((tmp_path / "ours" / "tokenizer_config.json").read_text())["processor_class"] == name


def test_prompts_of_owl(vocabularies):
    ours, theirs = pair("OwlViTProcessor", vocabularies)
    for call in ({"text": [["a", "c"], ["a"]], "images": IMAGES}, {"query_images": IMAGES[0], "images": IMAGES[1], "return_tensors": "np"}):
        assert not differing(ours(**call), theirs(**call))
    draw = torch.Generator().manual_seed(0)
    found = SimpleNamespace(logits=torch.randn(2, 4, 2, generator=draw), pred_boxes=torch.rand(2, 4, 4, generator=draw))
    for options in ({}, {"text_labels": [["a", "b"], ["c", "d"]], "target_sizes": [(3, 4), (5, 6)]}):
        got, want = (p.post_process_grounded_object_detection(found, threshold=0.5, **options) for p in (ours, theirs))
        assert not differing(got, want)
    assert not differing(*(p.post_process_object_detection(found, 0.5, [(3, 4), (5, 6)]) for p in (ours, theirs)))


def test_pictures_as_prompts(vocabularies):
    ours, theirs = pair("CLIPSegProcessor", vocabularies)
    for call in ({"images": IMAGES[0], "visual_prompt": IMAGES[1]}, {"visual_prompt": IMAGES[1]}):
        assert not differing(ours(**call), theirs(**call))
    with pytest.raises(InputError, match="not both"):
        ours(text="a", visual_prompt=IMAGES[0])


def test_things_that_text_names(vocabularies):
    ours, theirs = pair("GroundingDinoProcessor", vocabularies)
    for text in ([["a cat", "dog"], ["photo"]], ["a cat.", "dog."]):
        call = {"text": text, "images": IMAGES, "padding": True, "return_tensors": "np"}
        assert not differing(ours(**call), theirs(**call))
    ids = torch.tensor(ours(text="a cat. dog.")["input_ids"])[None]
    logits = torch.full((1, 3, 256), -6.0)
    logits[0, 0, 1], logits[0, 0, 2], logits[0, 1, 4], logits[0, 2, 0] = 2.0, 1.0, 1.0, 3.0
    found = SimpleNamespace(logits=logits, pred_boxes=torch.rand(1, 3, 4), input_ids=ids)
    for options in ({}, {"target_sizes": [(10, 20)], "threshold": 0.8}):
        got, want = (p.post_process_grounded_object_detection(found, ids, **options) for p in (ours, theirs))
        for a, b in zip(got, want):
            assert not differing(a, {name: b[name] for name in ("scores", "boxes", "text_labels", "labels")})


def test_places_in_images():
    import transformers

    settings = {"size": 64, "pad_size": {"height": 64, "width": 64}}
    ours = triform.SamProcessor(triform.SamImageProcessor(**settings))
    theirs = transformers.SamProcessor(transformers.SamImageProcessor(size={"longest_edge": 64}, pad_size={"height": 64, "width": 64}))
    calls = [
        {"images": IMAGES[0], "input_points": [[[10, 20]]]},
        {"images": IMAGES[0], "input_points": [[[10, 20], [30, 10]]], "input_labels": [[1, 0]]},
        {"images": IMAGES, "input_points": [[[10, 20]], [[10, 20], [30, 10]]], "input_labels": [[1], [1, 0]]},
        {"images": IMAGES[0], "input_boxes": [[[1, 2, 30, 20]]]},
        {"images": IMAGES[0], "input_points": [[[10, 20]]], "input_labels": [[1]], "input_boxes": [[[1, 2, 30, 20], [3, 4, 5, 6]]]},
        {"images": IMAGES[0], "segmentation_maps": labels(33, 47)},
    ]
    for call in calls:
        got, want = (p(**call, return_tensors="pt") for p in (ours, theirs))
        if "input_boxes" in want and len(call) == 4:
            want["input_boxes"] = want["input_boxes"].reshape(got["input_boxes"].shape)
        numbers = {name: value.float() if name in ("input_points", "input_boxes") else value for name, value in want.items()}
        assert not differing({name: got[name] for name in numbers}, numbers), call
    for wrong in ({"input_points": [[1, 2]]}, {"input_points": [[[1, 2, 3]]]}, {"input_labels": [[1]]}, {"input_boxes": [[[1, 2, 3]]]}):
        with pytest.raises(InputError):
            ours(IMAGES[0], **wrong)


def test_slips_are_named(vocabularies):
    ours = pair("CLIPProcessor", vocabularies)[0]
    with pytest.raises(UnknownKeywordError, match="Did you mean 'padding'"):
        ours(text="a cat", paddin=True)
    with pytest.raises(InputError, match="padding was given twice"):
        ours(text="a cat", padding=True, text_kwargs={"padding": True})
    with pytest.raises(InputError, match="none of: images, text"):
        ours()
    with pytest.raises(InputError, match="needs an image processor"):
        triform.CLIPProcessor(ours.tokenizer, ours.image_processor)
    with pytest.raises(AttributeError, match="has no 'foo'"):
        _ = ours.foo
    assert ours.batch_decode([[2, 3]]) == ours.tokenizer.batch_decode([[2, 3]])


def test_what_auto_processor_gives(vocabularies, tmp_path):
    triform.BertTokenizer.from_pretrained(vocabularies).save_pretrained(tmp_path / "text")
    text = triform.AutoProcessor.from_pretrained(tmp_path / "text")
    assert isinstance(text, triform.PreTrainedTokenizer)
    eyes = tmp_path / "eyes"
    triform.ViTImageProcessor(size=9).save_pretrained(eyes)
    assert type(triform.AutoProcessor.from_pretrained(eyes)) is triform.ViTImageProcessor
    with pytest.raises(MissingFileError, match=r"AutoTokenizer: .*AutoImageProcessor: "):
        (tmp_path / "empty").mkdir()
        triform.AutoProcessor.from_pretrained(tmp_path / "empty")
    (eyes / "processor_config.json").write_text('{"processor_class": "FuyuProcessor"}')
    with pytest.raises(UnsupportedTaskError, match="FuyuProcessor"):
        triform.AutoProcessor.from_pretrained(eyes)


def test_every_row_of_the_table_is_there():
    from triform.processor_table import MODEL_PROCESSORS, PROCESSORS

    assert set(MODEL_PROCESSORS.values()) <= set(PROCESSORS)
    for name in PROCESSORS:
        assert getattr(triform, name).__name__ == name
