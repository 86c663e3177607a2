"""Whole folders between the libraries: what any class of the reference library saves, every backend loads, and the reverse."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from reference_frameworks import flax_model, older_clip, tensorflow_model
from reference_models import build, inputs, output

import triform

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
transformers = pytest.importorskip("transformers", "4.57", reason="the reference library with classes for three frameworks")
torch = pytest.importorskip("torch")
for package in ("tensorflow", "tf_keras", "jax", "flax", "h5py", "msgpack"):
    pytest.importorskip(package)
if not hasattr(transformers, "TFBertModel") or not hasattr(transformers, "FlaxBertModel"):
    pytest.skip("the reference library has no TensorFlow and Flax classes", allow_module_level=True)

FAMILIES = {
    "BertForMaskedLM": "AutoModelForMaskedLM",
    "GPT2LMHeadModel": "AutoModelForCausalLM",
    "T5ForConditionalGeneration": "AutoModelForSeq2SeqLM",
    "BartForConditionalGeneration": "AutoModelForSeq2SeqLM",
    "ViTForImageClassification": "AutoModelForImageClassification",
    "ResNetForImageClassification": "AutoModelForImageClassification",
    "ConvNextForImageClassification": "AutoModelForImageClassification",
}
MARKS = {"torch": "", "tf": "TF", "flax": "Flax"}
ENDINGS = {
    "torch": ".safetensors", "torch_pickled": ".bin", "torch_shards": ".safetensors",
    "tf": ".h5", "tf_shards": ".h5", "tf_safetensors": ".safetensors",
    "flax": ".msgpack", "flax_shards": ".msgpack", "flax_safetensors": ".safetensors",
}  # fmt: skip
SHARDS = {"max_shard_size": "2KB"}
WEIGHTLESS = {"flatten", "dropout"}  # the reference library reports such layers of its own models as missing


@dataclass
class Family:
    """What the reference's classes of one model saved, and what they gave for `inputs`."""

    name: str
    config: object
    inputs: dict[str, np.ndarray]
    folder: Path
    outputs: dict[str, np.ndarray]  # by the folder's name
    proved: set[tuple[bytes, ...]] = field(default_factory=set)  # files of ours that they loaded

    def save(self, model, wanted: np.ndarray, **folders: dict) -> None:
        for name, options in folders.items():
            model.save_pretrained(self.folder / name, **options)
            self.outputs[name] = wanted


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FAMILIES])
def family(request, tmp_path_factory) -> Family:
    name = request.param
    model = build(name)
    made = Family(name, model.config, inputs(model), tmp_path_factory.mktemp(name), {})
    made.save(model, output(model), torch={}, torch_pickled={"safe_serialization": False}, torch_shards=SHARDS)
    keras = tensorflow_model(name, made.config, made.inputs)
    wanted = np.asarray(keras(**made.inputs, training=False)[0])
    made.save(keras, wanted, tf={}, tf_shards=SHARDS, tf_safetensors={"safe_serialization": True})
    if hasattr(transformers, f"Flax{name}"):
        with older_clip():
            flax, params = flax_model(name, made.config)
            wanted = np.asarray(flax(**made.inputs, params=params, train=False)[0])
        with_params = {"params": params}
        made.save(
            flax, wanted, flax=with_params, flax_shards=with_params | SHARDS, flax_safetensors=with_params | {"safe_serialization": True}
        )
    return made


def auto(family: Family, backend: str):
    return getattr(triform, MARKS[backend] + FAMILIES[family.name])


def given(model, inputs: dict[str, np.ndarray]) -> np.ndarray:
    if model.backend == "torch":
        with torch.no_grad():
            return model(**{name: torch.from_numpy(value) for name, value in inputs.items()})[0].numpy()
    return np.asarray(model(**inputs)[0])


def close(found: np.ndarray, wanted: np.ndarray) -> bool:
    return found.shape == wanted.shape and np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_every_folder_of_the_reference_s_loads(family, backend):
    for name, wanted in family.outputs.items():
        files = [path for path in (family.folder / name).iterdir() if path.suffix == ENDINGS[name]]
        model, info = auto(family, backend).from_pretrained(family.folder / name, output_loading_info=True)
        assert len(files) > name.endswith("shards")
        assert not any(info.values()), (name, info)
        assert not model.loading_report.missing and not model.loading_report.unexpected
        assert close(given(model, family.inputs), wanted), name


def test_the_reference_loads_what_triform_saves(family, backend, tmp_path):
    model = auto(family, backend).from_pretrained(family.folder / "torch")
    theirs = {"h5": tensorflow_s_output}
    if hasattr(transformers, f"Flax{family.name}"):
        theirs["msgpack"] = flax_s_output
    for format, output_of in theirs.items():
        for shards in ({}, SHARDS) if family.name == "BartForConditionalGeneration" else ({},):  # one family stands for all
            folder = tmp_path / f"{format}{len(shards)}"
            model.save_pretrained(folder, format=format, **shards)
            files = sorted(folder.glob(f"*.{format}"))
            assert len(files) > len(shards)
            content = tuple(path.read_bytes() for path in files)
            if content not in family.proved:  # the same bytes from another backend need no second proof
                assert close(output_of(family, folder), family.outputs["torch"])
                family.proved.add(content)


def tensorflow_s_output(family: Family, folder: Path) -> np.ndarray:
    model, report = getattr(transformers, f"TF{family.name}").from_pretrained(folder, output_loading_info=True)
    assert not [key for key in report["missing_keys"] if key.split("_")[0] not in WEIGHTLESS]
    assert not report["unexpected_keys"] and not report["mismatched_keys"]
    return np.asarray(model(**family.inputs, training=False)[0])


def flax_s_output(family: Family, folder: Path) -> np.ndarray:
    with older_clip():
        model, params = getattr(transformers, f"Flax{family.name}").from_pretrained(folder, _do_init=False)
        assert not model._missing_keys
        return np.asarray(model(**family.inputs, params=params, train=False)[0])
