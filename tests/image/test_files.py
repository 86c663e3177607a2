"""The files of image processors: in both directions between the reference and here, older forms, and which class they name."""

import json
import pickle

import pytest
from pictures import differing, picture
from test_pixels import CASES

import triform
from triform.auto.explain import explain
from triform.auto.image_table import IMAGE_PROCESSORS
from triform.errors import (
    CorruptFileError,
    HubError,
    InputError,
    MissingFileError,
    RegistrationError,
    UnknownKeywordError,
    UnsupportedTaskError,
)
from triform.image.families import families

IMAGE = picture(33, 47)


def folder(place, data=None, **files):
    place.mkdir(exist_ok=True)
    for name, value in {"preprocessor_config": data, **files}.items():
        if value is not None:
            (place / f"{name}.json").write_text(json.dumps(value))
    return place


def finding(place):
    return next(f for f in explain(place).findings if f.auto_class == "AutoImageProcessor")


@pytest.mark.parametrize("name", CASES)
def test_files_go_both_ways(name, tmp_path):
    import transformers

    settings = CASES[name][0][0] if CASES[name] else {}
    ours, theirs = getattr(triform, name)(**settings), getattr(transformers, name)(**settings)
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    read = [json.loads((tmp_path / which / "preprocessor_config.json").read_text()) for which in ("ours", "theirs")]
    assert read[0] == read[1]
    back = triform.AutoImageProcessor.from_pretrained(tmp_path / "theirs")
    assert type(back) is getattr(triform, name) and back == ours
    again, before = getattr(transformers, name).from_pretrained(tmp_path / "ours").to_dict(), theirs.to_dict()
    if "background_color" in before:  # which the reference, when it reads a file, makes of image_mean, whatever the file says
        before["background_color"] = again["background_color"]
    assert json.loads(json.dumps(again, default=int)) == json.loads(json.dumps(before, default=int))


def test_every_row_of_the_table_is_there():
    import transformers

    for model_type, name in IMAGE_PROCESSORS.items():
        assert name in families(), model_type
        assert hasattr(transformers, name)


def test_names():
    assert triform.ViTImageProcessorFast is triform.ViTImageProcessor is triform.ViTFeatureExtractor
    assert pickle.loads(pickle.dumps(triform.ViTImageProcessor(size=9))) == triform.ViTImageProcessor(size=9)
    assert triform.CLIPImageProcessor().model_input_names == ["pixel_values"]
    with pytest.raises(AttributeError, match="Did you mean 'ViTImageProcessor'"):
        _ = triform.ViTImageProcesor


def test_other_people_s_checkpoints(checkpoints):
    ours = triform.AutoImageProcessor.from_pretrained(checkpoints / "na-clip")
    assert type(ours).__name__ == "CLIPImageProcessor" and ours.size == {"shortest_edge": 8}
    import transformers

    theirs = transformers.CLIPImageProcessor.from_pretrained(checkpoints / "na-clip")
    assert not differing(ours(IMAGE, return_tensors="np"), theirs(IMAGE, return_tensors="np"))


def test_older_files(tmp_path):
    old = folder(tmp_path / "a", {"feature_extractor_type": "ViTFeatureExtractor", "size": 30, "resample": 3})
    for auto in (triform.AutoImageProcessor, triform.AutoFeatureExtractor):
        found = auto.from_pretrained(old)
        assert type(found) is triform.ViTImageProcessor and found.size == {"height": 30, "width": 30}
        assert found.resolution == "preprocessor_config.json: feature_extractor_type"
    assert finding(old).decided_by == "preprocessor_config.json: feature_extractor_type"
    detr = folder(
        tmp_path / "b", {"feature_extractor_type": "DetrFeatureExtractor", "size": 80, "max_size": 133, "pad_and_return_pixel_mask": False}
    )
    found = triform.AutoImageProcessor.from_pretrained(detr)
    assert found.size == {"shortest_edge": 80, "longest_edge": 133} and found.do_pad is False and not hasattr(found, "max_size")
    segformer = folder(tmp_path / "c", {"feature_extractor_type": "SegformerFeatureExtractor", "reduce_labels": True})
    assert triform.AutoImageProcessor.from_pretrained(segformer).do_reduce_labels is True
    clip = folder(tmp_path / "d", {"image_processor_type": "CLIPImageProcessor", "size": 20, "use_square_size": True})
    assert triform.AutoImageProcessor.from_pretrained(clip).size == {"height": 20, "width": 20}


def test_where_the_class_is_named(tmp_path):
    nested = folder(
        tmp_path / "a",
        processor_config={"processor_class": "X", "image_processor": {"image_processor_type": "BeitImageProcessor", "size": 30}},
    )
    found = triform.AutoImageProcessor.from_pretrained(nested)
    assert type(found) is triform.BeitImageProcessor and found.size == {"height": 30, "width": 30}
    assert finding(nested).decided_by == found.resolution == "processor_config.json: image_processor: image_processor_type"
    nameless = folder(tmp_path / "b", {"size": 30}, config={"model_type": "swin"})
    found = triform.AutoImageProcessor.from_pretrained(nameless)
    assert type(found) is triform.ViTImageProcessor
    assert finding(nameless).decided_by == "config.json: model_type 'swin'; settings from preprocessor_config.json"
    by_config = folder(tmp_path / "c", {"size": 30}, config={"model_type": "x", "image_processor_type": "CLIPImageProcessorFast"})
    assert type(triform.AutoImageProcessor.from_pretrained(by_config)) is triform.CLIPImageProcessor
    other = folder(tmp_path / "d", my={"image_processor_type": "CLIPImageProcessor"})
    assert type(triform.AutoImageProcessor.from_pretrained(other, image_processor_filename="my.json")) is triform.CLIPImageProcessor


def test_what_is_unknown_is_kept_and_written_back(tmp_path):
    place = folder(
        tmp_path / "a",
        {
            "image_processor_type": "ViTImageProcessorFast",
            "size": None,
            "device": None,
            "extra": {"a": [1]},
            "processor_class": "CLIPProcessor",
        },
    )
    ours = triform.AutoImageProcessor.from_pretrained(place, use_fast=True, resample=3)
    assert ours.extra == {"a": [1]} and ours.size == {"height": 224, "width": 224} and ours.resample == 3
    ours.save_pretrained(tmp_path / "b")
    written = json.loads((tmp_path / "b" / "preprocessor_config.json").read_text())
    assert (
        written["extra"] == {"a": [1]}
        and written["image_processor_type"] == "ViTImageProcessor"
        and written["processor_class"] == "CLIPProcessor"
    )
    found, unused = triform.AutoImageProcessor.from_pretrained(place, size=9, foo=1, return_unused_kwargs=True)
    assert found.size == {"height": 9, "width": 9} and unused == {"foo": 1}
    assert "ViTImageProcessor {" in repr(found) and '"resample": 2' in repr(found)


def test_faults_are_named(tmp_path):
    wrong = folder(tmp_path / "a", {"image_processor_type": "ViTImageProcessor", "do_resize": "yes", "size": {"x": 1}})
    with pytest.raises(CorruptFileError, match=r"do_resize is 'yes'.*size has the keys x"):
        triform.AutoImageProcessor.from_pretrained(wrong)
    good = folder(tmp_path / "b", {"image_processor_type": "ViTImageProcessor"})
    with pytest.raises(UnknownKeywordError, match="Did you mean 'size'"):
        triform.AutoImageProcessor.from_pretrained(good, szie=3)
    with pytest.raises(InputError, match="size has the keys x"):
        triform.AutoImageProcessor.from_pretrained(good, size={"x": 1})
    (tmp_path / "b" / "preprocessor_config.json").write_text("{")
    with pytest.raises(CorruptFileError, match="not valid JSON"):
        triform.AutoImageProcessor.from_pretrained(good)
    assert "not valid JSON" in finding(good).missing
    with pytest.raises(MissingFileError, match=r"preprocessor_config\.json"):
        triform.AutoImageProcessor.from_pretrained(folder(tmp_path / "c", config={"model_type": "bert"}))
    unknown = folder(tmp_path / "d", {"image_processor_type": "FuyuImageProcessor"})
    with pytest.raises(UnsupportedTaskError, match=r"FuyuImageProcessor, which triform .* does not have yet"):
        triform.AutoImageProcessor.from_pretrained(unknown)
    assert finding(unknown).missing
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        triform.ViTImageProcessor().save_pretrained(tmp_path / "file")
    with pytest.raises(UnknownKeywordError, match="repo_id"):
        triform.ViTImageProcessor().save_pretrained(tmp_path / "e", repo="x")


def test_nothing_is_uploaded_offline(tmp_path):
    ours = triform.ViTImageProcessor(size=9)
    for call in (
        lambda: ours.push_to_hub("org/model"), lambda: ours.save_pretrained(tmp_path / "a", push_to_hub=True, repo_id="org/model"),
        lambda: triform.SamProcessor(triform.SamImageProcessor()).push_to_hub("org/model"),
    ):  # fmt: skip
        with pytest.raises(HubError, match="HF_HUB_OFFLINE"):
            call()
    assert (tmp_path / "a" / "preprocessor_config.json").is_file()


def test_registered_classes_come_first(tmp_path):
    class MyConfig(triform.PretrainedConfig):
        model_type = "my-eyes"

    class MyImageProcessor(triform.ViTImageProcessor):
        pass

    place = folder(tmp_path / "a", {"image_processor_type": "MyImageProcessor", "size": 9}, config={"model_type": "my-eyes"})
    triform.AutoConfig.register("my-eyes", MyConfig)
    triform.AutoImageProcessor.register(MyConfig, slow_image_processor_class=MyImageProcessor)
    try:
        found = triform.AutoImageProcessor.from_pretrained(place)
        assert type(found) is MyImageProcessor and found.size == {"height": 9, "width": 9}
        with pytest.raises(RegistrationError, match="already has a class"):
            triform.AutoImageProcessor.register(MyConfig, triform.CLIPImageProcessor)
        with pytest.raises(RegistrationError, match="was given none"):
            triform.AutoImageProcessor.register(MyConfig)
    finally:
        triform.AutoImageProcessor.unregister(MyConfig)
        triform.AutoConfig.unregister("my-eyes")
