"""What tests of models of images and texts share: inputs of both, and their parts by themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from harness import MARK, Family, array, assert_close, flat, reference_case, run, tensors


def texts(rng: np.random.Generator, count: int, length: int, words: int, end: int | None = None) -> dict[str, np.ndarray]:
    """So many texts of different lengths, and what is padding; `end`: the token that each ends with."""
    ids, mask = rng.integers(3, words - 1, (count, length)), np.ones((count, length), np.int64)
    for row in range(count):
        stop = length - row % 4
        mask[row, stop:] = 0
        if end is not None:
            ids[row, stop - 1 :] = end
    return {"input_ids": ids, "attention_mask": mask}


def images_and_texts(words: int, length: int = 9, end: int | None = None, **more: Any) -> Callable[..., dict[str, Any]]:
    """Inputs for a family: five texts for its images, or as many texts as images where the loss is asked for, as with zero-shot classes."""

    def inputs(auto_class: str, rng: np.random.Generator, config: Any) -> dict[str, Any]:
        if auto_class == "AutoModelForZeroShotImageClassification":
            return {**texts(rng, 3, length, words, end), "return_loss": True, **more}
        return {} if auto_class == "AutoModelForImageClassification" else {**texts(rng, 5, length, words, end), **more}

    return inputs


def called(backend: str, method: Callable[..., Any], inputs: dict[str, Any]) -> Any:
    """What a method of a model says; on Flax compiled, which takes a fraction of the time that its operations take one by one."""
    flags = {name: value for name, value in inputs.items() if not isinstance(value, np.ndarray)}
    given = tensors(backend, {name: value for name, value in inputs.items() if name not in flags})
    if backend == "flax":
        import jax

        return jax.jit(lambda given: method(**given, **flags))(given)
    return method(**given, **flags)


def check_part(family: Family, class_name: str, backend: str, inputs: tuple[str, ...], lacks: str = "^$") -> None:
    """A part, loaded from the whole's file, says what the reference's says. `lacks`: what the file has not."""
    import re

    import torch
    import transformers

    import triform

    case = reference_case(family, "AutoModel")
    given = {name: case.inputs[name] for name in inputs}
    theirs = getattr(transformers, class_name).from_pretrained(case.folder, attn_implementation="eager").eval()
    model, info = getattr(triform, MARK[backend] + class_name).from_pretrained(case.folder, output_loading_info=True)
    assert all(re.search(lacks, name) for name in info["missing_keys"])
    with torch.no_grad():
        want = dict(flat(theirs(**tensors("torch", given), **dict.fromkeys(family.asked, True))))
    assert_close(run(backend, model, given, **dict.fromkeys(family.asked, True)), want, family.tolerance)


def check_features(family: Family, backend: str, text: tuple[str, ...] = ("input_ids", "attention_mask")) -> None:
    """`get_text_features` and `get_image_features` are the reference's."""
    import torch
    import transformers

    import triform

    case = reference_case(family, "AutoModel")
    theirs = transformers.AutoModel.from_pretrained(case.folder, attn_implementation="eager").eval()
    model = getattr(triform, f"{MARK[backend]}AutoModel").from_pretrained(case.folder)
    for name, wanted in (("get_text_features", text), ("get_image_features", ("pixel_values",))):
        given = {key: case.inputs[key] for key in wanted}
        with torch.no_grad():
            want = array(getattr(theirs, name)(**tensors("torch", given)))
            got = array(called(backend, getattr(model, name), given))
        assert_close({name: got}, {name: want}, family.tolerance)


def check_golden_pair(folder: Path, backend: str, tolerance: float = 1e-5) -> None:
    """Other people's files: the stored logits and embeddings of two texts and an image, which lies in rows of colours."""
    import json

    import triform

    golden = json.loads((folder / "golden_embeds.json").read_text(encoding="utf-8"))
    model = getattr(triform, f"{MARK[backend]}AutoModel").from_pretrained(folder, dtype="float32")
    pixels = np.array(golden["pixels"], np.float32)
    got = run(backend, model, {"input_ids": np.array(golden["text_sequences"]), "pixel_values": pixels[None]})
    want = {"logits_per_image": np.array(golden["logits_per_image"], np.float32)}
    assert_close({name: got[name] for name in want}, want, tolerance)
