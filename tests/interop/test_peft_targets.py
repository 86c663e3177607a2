"""PEFT finds the modules that it usually adapts, by its own table of names, in every family that it knows; and a step and a merge work."""

import importlib

import pytest
from harness import auto, heads

from triform.auto.registry import ARCHITECTURES

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
from peft.utils.constants import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as USUAL  # noqa: E402

KNOWN = sorted(model_type for model_type in ARCHITECTURES if model_type in USUAL)


def family(model_type):
    """What the tests of a family say of it."""
    row = ARCHITECTURES[model_type]
    return importlib.import_module(f"test_{row.module}").FAMILY


@pytest.mark.parametrize("model_type", KNOWN)
def test_usual_targets(model_type):
    import triform

    described = family(model_type)
    chosen = next(h for h in ("AutoModelForSeq2SeqLM", "AutoModelForCausalLM", "AutoModel") if h in heads(described))
    config = triform.AutoConfig.for_model(model_type, **described.sizes)
    model = auto("torch", chosen).from_config(config, seed=0).eval()
    given = {"input_ids": torch.arange(3, 10)[None]}
    if chosen == "AutoModelForSeq2SeqLM":
        given["decoder_input_ids"] = given["input_ids"]
    with torch.no_grad():
        before = model(**given)[0]
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=2, init_lora_weights=False))
    found = [name for name, module in adapted.named_modules() if hasattr(module, "lora_A")]
    assert found, f"none of {USUAL[model_type]} is there"
    out = adapted(**given)[0]
    out.square().mean().backward()
    assert all(p.grad is not None for name, p in adapted.named_parameters() if "lora_" in name)
    with torch.no_grad():
        changed = adapted(**given)[0]
        merged = adapted.merge_and_unload()(**given)[0]
    assert not torch.allclose(changed, before) and torch.allclose(merged, changed, atol=1e-4 * float(changed.abs().max()))
