"""`model.optimize()`: the same results, one weight, nothing stale."""

import copy
import sys
import weakref

import numpy as np
import pytest

import triform

torch = pytest.importorskip("torch")
from triform.torch import fast, layout, memory  # noqa: E402

pytestmark = pytest.mark.skipif(not fast.available(), reason="this torch has no oneDNN")
MEASURED = fast.measured
SIZES = {"vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "num_labels": 3}


@pytest.fixture(autouse=True)
def always_faster(monkeypatch):
    """What is measured differs from machine to machine; here oneDNN serves every size."""
    monkeypatch.setattr(fast, "measured", lambda n_in, n_out, typical: fast.Choice(n_in < n_out, (True,) * len(fast.ROWS)))


def bert():
    return triform.AutoModelForSequenceClassification.from_config(triform.BertConfig(**SIZES), seed=1).eval()


def logits(model):
    with torch.inference_mode():
        return model(torch.arange(22).reshape(2, 11)).logits


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama"])
def test_same_results(name):
    sizes = {"gpt2": {"n_embd": 48, "n_layer": 2, "n_head": 4, "vocab_size": 99, "n_positions": 64}}.get(name) or SIZES
    auto = triform.AutoModel if name == "bert" else triform.AutoModelForCausalLM
    model = auto.from_config(triform.AutoConfig.for_model(name, **sizes), seed=1).eval()
    for ids in (torch.tensor([[5]]), torch.arange(22).reshape(2, 11), torch.zeros(0, 4, dtype=torch.long)):
        with torch.inference_mode():
            before = model(ids)[0]
            assert model.optimize() is model
            after = model(ids)[0]
            model.optimize(False)
        assert after.shape == before.shape
        assert not before.numel() or (after - before).abs().max() <= 5e-6 * before.abs().max()


def test_shapes_ties_and_files_stay(tmp_path):
    model = triform.AutoModelForMaskedLM.from_config(triform.BertConfig(**SIZES), seed=1).eval()
    model.save_pretrained(tmp_path / "before")
    shapes = {name: p.shape for name, p in model.named_parameters()}
    model.optimize()
    assert {name: p.shape for name, p in model.named_parameters()} == shapes
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    model.save_pretrained(tmp_path / "after")
    assert (tmp_path / "before" / "model.safetensors").read_bytes() == (tmp_path / "after" / "model.safetensors").read_bytes()


def test_undone_with_a_word():
    model = bert()
    before = logits(model)
    model.optimize().optimize(False)
    assert torch.equal(logits(model), before) and all(m.weight.is_contiguous() for m in model.modules() if isinstance(m, torch.nn.Linear))


def test_a_changed_weight_is_seen():
    """Adapters are merged with `weight.data += x`, which no counter of torch's notices."""
    model = bert().optimize()
    logits(model)
    plain = copy.deepcopy(model).optimize(False)
    for changed in (model, plain):
        changed.bert.encoder.layer[0].intermediate.dense.weight.data += 0.1
    assert np.allclose(logits(model), logits(plain), atol=1e-6)


def test_an_adapter_is_merged_and_unmerged():
    peft = pytest.importorskip("peft")
    model = bert().optimize()
    before = logits(model)
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=2, target_modules=["query", "value"], init_lora_weights=False))
    with_adapter = logits(adapted)
    adapted.merge_adapter()
    merged = logits(adapted)
    adapted.unmerge_adapter()
    with adapted.disable_adapter():
        unmerged = logits(adapted)
    assert not torch.allclose(before, with_adapter, atol=1e-4)
    assert torch.allclose(merged, with_adapter, atol=1e-5) and torch.allclose(unmerged, before, atol=1e-5)


def test_training_and_compiling_go_on_as_before():
    model, plain = bert().optimize(), bert()
    ids, labels = torch.arange(22).reshape(2, 11), torch.tensor([0, 2])
    for trained in (model, plain):
        trained(ids, labels=labels).loss.backward()
    for (name, a), (_, b) in zip(model.named_parameters(), plain.named_parameters()):
        assert (a.grad is None) == (b.grad is None) and (a.grad is None or torch.allclose(a.grad, b.grad, atol=1e-6)), name
    torch._dynamo.reset()
    with torch.no_grad():
        compiled = torch.compile(model, backend="aot_eager", fullgraph=True)(ids).logits
    assert torch.allclose(compiled, logits(plain), atol=1e-6)


def test_half_precision_is_left_alone():
    model = bert().to(torch.bfloat16).optimize()
    assert logits(model).dtype == torch.bfloat16


def test_what_is_slower_is_not_taken(monkeypatch):
    monkeypatch.setattr(fast, "measured", lambda n_in, n_out, typical: fast.Choice(False, (False,) * len(fast.ROWS)))
    model = bert().optimize()
    assert not any(layer.fast for layer in model.modules() if hasattr(layer, "fast"))


def test_measuring_says_something_of_every_size(monkeypatch):
    monkeypatch.setattr(fast, "COLD", 2**16)
    found = MEASURED(32, 24, fast.DECODING)
    assert len(found.rows) == len(fast.ROWS) and all(isinstance(x, bool) for x in (found.columns, *found.rows))


def test_generating_looks_parts_up_in_passing_only():
    from triform.torch.engine import at_hand

    config = triform.AutoConfig.for_model("gpt2", n_embd=8, n_layer=2, n_head=2, vocab_size=19, n_positions=16)
    model = triform.AutoModelForCausalLM.from_config(config, seed=0)
    hooked = model.transformer.h[1].mlp
    hooked.register_forward_pre_hook(lambda module, args: None)
    before = {name: set(module.__dict__) for name, module in model.named_modules()}
    with at_hand(model):
        assert model.transformer.__dict__["h"] is model.transformer._modules["h"]
        assert set(hooked.__dict__) == before["transformer.h.1.mlp"]
    assert {name: set(module.__dict__) for name, module in model.named_modules()} == before
    with pytest.raises(RuntimeError, match="stops here"), at_hand(model):
        raise RuntimeError("stops here")
    assert {name: set(module.__dict__) for name, module in model.named_modules()} == before
    first = model.generate(torch.tensor([[3, 4]]), max_new_tokens=4)
    model.transformer.h[0].mlp.c_fc.weight = torch.nn.Parameter(torch.randn(8, 32))
    assert model.generate(torch.tensor([[3, 4]]), max_new_tokens=4).shape == first.shape


def test_parts_at_hand_are_the_model_s():
    model = bert()
    held = lambda: {name: set(module.__dict__) - {"fast"} for name, module in model.named_modules()}
    want, before = logits(model), held()
    model.optimize()
    layer = model.bert.encoder.layer[0]
    assert "attention" in layer.__dict__ and "weight" not in layer.output.dense.__dict__
    assert torch.allclose(logits(copy.deepcopy(model)), want, atol=1e-6)
    zeros = {name: torch.zeros_like(x) for name, x in model.named_parameters()}
    with torch.inference_mode():
        assert not torch.func.functional_call(model, zeros, (torch.arange(22).reshape(2, 11),)).logits.any()
    old = model.classifier
    model.classifier = torch.nn.Linear(48, 3, bias=False)
    assert logits(model).shape == want.shape and not torch.allclose(logits(model), want, atol=1e-3)
    model.classifier = old
    model.dropout = None
    model.optimize(False)
    assert model.dropout is None
    model.dropout = torch.nn.Dropout(0.1).eval()
    assert held() == before and torch.allclose(logits(model), want, atol=1e-6)


def test_weights_that_tools_moved_are_found():
    import torch.nn.utils.parametrize as parametrize
    import torch.nn.utils.prune as prune

    for name in ("bert", "gpt2"):
        sizes = {"gpt2": {"n_embd": 48, "n_layer": 1, "n_head": 4, "vocab_size": 99}}.get(name) or SIZES
        model = triform.AutoModel.from_config(triform.AutoConfig.for_model(name, **sizes), seed=1).eval()
        layer = model.h[0].mlp.c_fc if name == "gpt2" else model.encoder.layer[0].intermediate.dense
        want = model(torch.arange(22).reshape(2, 11)).last_hidden_state
        prune.l1_unstructured(layer, "weight", amount=0.9)
        pruned = model(torch.arange(22).reshape(2, 11)).last_hidden_state
        assert not torch.allclose(pruned, want, atol=1e-3)
        prune.remove(layer, "weight")
        parametrize.register_parametrization(layer, "bias", Doubled())
        layer.parametrizations.bias.original.data.fill_(0.5)
        doubled = model(torch.arange(22).reshape(2, 11)).last_hidden_state
        parametrize.remove_parametrizations(layer, "bias")
        assert (layer.bias == 1).all()
        assert torch.allclose(model(torch.arange(22).reshape(2, 11)).last_hidden_state, doubled, atol=1e-6)
        assert not torch.allclose(doubled, pruned, atol=1e-3)


class Doubled(torch.nn.Module):
    def forward(self, x):
        return 2 * x


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of Linux's C library")
def test_memory_is_kept_while_a_model_is_optimized(monkeypatch):
    import resource

    monkeypatch.setattr(memory, "_optimized", weakref.WeakSet())  # models of other tests may still be there
    model = triform.AutoModel.from_config(triform.AutoConfig.for_model("bert", num_hidden_layers=1, hidden_size=48, num_attention_heads=4))

    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(5):
            torch.ones(48 * 2**20, dtype=torch.uint8)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    model.optimize()
    faults()
    kept = faults()
    model.optimize(False)
    assert kept < 1000 < 40 * 1000 < faults()


def resnet():
    sizes = {"embedding_size": 8, "hidden_sizes": [12, 16], "depths": [1, 2], "layer_type": "bottleneck"}
    return triform.AutoModel.from_config(triform.AutoConfig.for_model("resnet", **sizes), seed=1).eval()


def test_images_by_places(monkeypatch):
    monkeypatch.setattr(layout, "least", lambda convolutions: 2)
    model, few, many = resnet(), torch.rand(1, 3, 33, 47), torch.rand(3, 3, 33, 47)
    lies_last = {}
    for pixels in (few, many):
        with torch.inference_mode():
            before = model(pixels).last_hidden_state
            after = model.optimize()(pixels).last_hidden_state
            again = model.optimize(False)(pixels).last_hidden_state
        assert (after - before).abs().max() <= 5e-6 * before.abs().max()
        assert torch.equal(again, before)
        lies_last[len(pixels)] = after.is_contiguous(memory_format=torch.channels_last)
    assert lies_last == {1: False, 3: True}
    assert model.optimize()(many).last_hidden_state.is_contiguous(), "with gradients nothing changes"


def test_how_images_lie_is_measured(monkeypatch):
    times = iter([[4.0, 3.9], [4.0, 3.0]] * 9)
    monkeypatch.setattr(layout, "shortest", lambda *calls: next(times))
    alike = [torch.nn.Conv2d(3, 4, 3)]
    assert layout.least(alike) == layout.SEVERAL
    times = iter([[4.0, 3.0]])
    assert layout.least(alike) == 1
    times = iter([[3.0, 4.0]] * 2)
    assert layout.least(alike) == 0
    monkeypatch.undo()
    assert layout.least(alike) in (0, 1, layout.SEVERAL)


def test_a_transformers_images_lie_as_ever(monkeypatch):
    monkeypatch.setattr(layout, "least", lambda convolutions: 1)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 32}
    model = triform.AutoModel.from_config(triform.AutoConfig.for_model("vit", **sizes)).optimize()
    assert model.embeddings.patch_embeddings.projection.turns_from == 0
