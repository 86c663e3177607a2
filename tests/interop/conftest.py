"""A tiny BERT on disk for the tests of what each framework's own tools do with it."""

import numpy as np
import pytest

SIZES = {
    "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 40, "num_labels": 3,
}  # fmt: skip


@pytest.fixture(scope="session")
def config():
    from triform import BertConfig

    return BertConfig(**SIZES)


@pytest.fixture(scope="session")
def folder(config, tmp_path_factory):
    """A masked-word model with random weights."""
    from triform import AutoModelForMaskedLM

    path = tmp_path_factory.mktemp("bert")
    AutoModelForMaskedLM.from_config(config, seed=1).save_pretrained(path)
    return path


@pytest.fixture(scope="session")
def inputs():
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 99, (3, 7))
    mask = np.ones_like(ids)
    mask[1, 4:] = 0
    return {"input_ids": ids, "attention_mask": mask}


@pytest.fixture(scope="session")
def labels(inputs):
    return np.random.default_rng(1).integers(0, 99, inputs["input_ids"].shape)
