"""A model on PyTorch is a torch.nn.Module in every respect that PyTorch's tools care about."""

import copy
import io
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import triform  # noqa: E402

pytestmark = pytest.mark.xdist_group("interop-torch")


@pytest.fixture()
def given(inputs):
    return {name: torch.tensor(x) for name, x in inputs.items()}


@pytest.fixture()
def model(folder):
    return triform.AutoModelForMaskedLM.from_pretrained(folder)


def tied(model) -> bool:
    same = model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    return same and model.cls.predictions.decoder.bias is model.cls.predictions.bias


def test_it_is_a_module_with_the_usual_leaves(model):
    assert isinstance(model, torch.nn.Module)
    assert isinstance(model.bert.encoder.layer[0].attention.self.query, torch.nn.Linear)
    assert isinstance(model.bert.embeddings.word_embeddings, torch.nn.Embedding)
    assert not model.training
    assert type(model).__name__ == "BertForMaskedLM"
    assert type(model) is triform.BertForMaskedLM is triform.torch.BertForMaskedLM


def test_weights_are_adopted_without_a_copy(folder, model):
    """The parameter is a view of the mapped file: its storage has no memory of its own, and writing to it leaves the file alone."""
    before = (folder / "model.safetensors").read_bytes()
    weight = model.bert.encoder.layer[0].attention.self.query.weight
    assert weight.untyped_storage().nbytes() == weight.numel() * 4
    with torch.no_grad():
        weight.add_(1)
    assert (folder / "model.safetensors").read_bytes() == before


def test_export_saves_and_loads(model, given):
    program = torch.export.export(model, (), given)
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    buffer.seek(0)
    again = torch.export.load(buffer).module()(**given)
    torch.testing.assert_close(again.logits, model(**given).logits)


def test_export_with_open_batch_and_length(model, given):
    batch, length = torch.export.Dim("batch", max=64), torch.export.Dim("length", max=40)
    program = torch.export.export(model, (), given, dynamic_shapes={name: {0: batch, 1: length} for name in given})
    longer = {name: torch.cat([x, x[:, :4]], 1)[:2] for name, x in given.items()}
    torch.testing.assert_close(program.module()(**longer).logits, model(**longer).logits, rtol=1e-4, atol=1e-6)


def test_compile_records_hidden_states(model, given):
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    out = compiled(**given, output_hidden_states=True, output_attentions=True)
    want = model(**given, output_hidden_states=True, output_attentions=True)
    assert len(out.hidden_states) == 3 and len(out.attentions) == 2
    torch.testing.assert_close(out.hidden_states[2], want.hidden_states[2])


def test_compiled_before_any_other_call(model, given):
    """In a thread of its own, which has called no model yet: what it compiles once, it goes on to use."""
    import threading

    compiled, outs = torch.compile(model, backend="aot_eager", fullgraph=True), []

    def run() -> None:
        with torch.inference_mode():
            outs.extend(compiled(**given).logits for _ in range(2))

    torch._dynamo.reset()
    with torch._dynamo.config.patch(error_on_recompile=True):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert len(outs) == 2 and torch.equal(*outs)


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_copies_keep_their_ties(model, given, twin):
    other = twin(model)
    assert tied(other)
    torch.testing.assert_close(other(**given).logits, model(**given).logits)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_dtype_conversion_keeps_ties(model, dtype):
    model.to(dtype)
    assert tied(model) and model.dtype == dtype


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(folder, given, dtype):
    model = triform.AutoModelForMaskedLM.from_pretrained(folder, dtype=dtype)
    assert tied(model) and model.dtype == getattr(torch, dtype)
    want = triform.AutoModelForMaskedLM.from_pretrained(folder)(**given).logits
    got = model(**given).logits.float()
    assert (got - want).abs().max() <= (2e-2 if dtype == "bfloat16" else 3e-3) * want.abs().max()


def test_functional_call_and_vmap_take_the_output(model, given):
    state = dict(model.named_parameters())
    out = torch.func.functional_call(model, state, kwargs=given)
    torch.testing.assert_close(out.logits, model(**given).logits)


def test_dropout_is_random_in_training(model, given):
    model.train()
    torch.manual_seed(0)
    first = model(**given).logits
    assert not torch.equal(first, model(**given).logits)
    torch.manual_seed(0)
    torch.testing.assert_close(first, model(**given).logits)


def test_a_lora_step_and_merge(folder, given, labels):
    peft = pytest.importorskip("peft")
    model = triform.AutoModelForMaskedLM.from_pretrained(folder)
    before = model(**given).logits.detach()
    tuned = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["query", "value"], init_lora_weights=False))
    assert tuned.num_parameters() if hasattr(tuned, "num_parameters") else True
    optimizer = torch.optim.SGD([p for p in tuned.parameters() if p.requires_grad], lr=0.5)
    tuned.train()
    first = tuned(**given, labels=torch.tensor(labels)).loss
    first.backward()
    optimizer.step()
    tuned.eval()
    changed = tuned(**given).logits.detach()
    merged = tuned.merge_and_unload()
    assert not torch.allclose(before, changed)
    torch.testing.assert_close(merged(**given).logits, changed, rtol=1e-4, atol=1e-5)
    assert type(merged).__name__ == "BertForMaskedLM"


def test_resizing_keeps_the_tie(model, given):
    embedding = model.resize_token_embeddings(120)
    assert tied(model) and embedding.weight.shape == (120, 48) and model.config.vocab_size == 120
    assert model(**given).logits.shape[-1] == 120
    model.resize_token_embeddings(99)
    assert tied(model) and model.get_output_embeddings().weight.shape == (99, 48)


def test_gradient_checkpointing_gives_the_same_gradients(folder, given, labels):
    grads = []
    for wrap in (False, True):
        model = triform.AutoModelForMaskedLM.from_pretrained(folder)
        if wrap:
            model.gradient_checkpointing_enable()
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        model(**given, labels=torch.tensor(labels)).loss.backward()
        grads.append(model.bert.encoder.layer[0].attention.self.query.weight.grad)
    torch.testing.assert_close(*grads)


def test_without_a_seed_torch_decides(config):
    torch.manual_seed(5)
    one = triform.AutoModel.from_config(config)
    torch.manual_seed(5)
    two = triform.AutoModel.from_config(config)
    three = triform.AutoModel.from_config(config)
    weight = lambda m: m.encoder.layer[0].output.dense.weight
    assert torch.equal(weight(one), weight(two)) and not torch.equal(weight(one), weight(three))
    assert one.training


def test_attention_implementations_agree(folder, given):
    eager = triform.AutoModelForMaskedLM.from_pretrained(folder, attn_implementation="eager")
    sdpa = triform.AutoModelForMaskedLM.from_pretrained(folder, attn_implementation="sdpa")
    torch.testing.assert_close(eager(**given).logits, sdpa(**given).logits, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="sdpa"):
        triform.AutoModelForMaskedLM.from_pretrained(folder, attn_implementation="flash_attention_9")


def test_a_model_run_by_a_hook_does_not_write_into_the_tape(folder, given):
    model, other = triform.AutoModelForMaskedLM.from_pretrained(folder), triform.AutoModel.from_pretrained(folder)
    model.bert.encoder.layer[0].register_forward_hook(lambda *_: other(**given) and None)
    out = model(**given, output_hidden_states=True)
    assert len(out.hidden_states) == 3


def test_return_dict_and_positions(model, given):
    out = model(**given)
    assert list(out) == ["logits"] and out[0] is out.logits is out["logits"] and out.loss is None
    assert isinstance(model(**given, return_dict=False), tuple)
    with pytest.raises(AttributeError, match="has no field"):
        _ = out.logit


def test_device_map_names_one_device(folder):
    model = triform.AutoModel.from_pretrained(folder, device_map="cpu")
    assert model.device.type == "cpu"
    with pytest.raises(ValueError, match="device_map='auto'"):
        triform.AutoModel.from_pretrained(folder, device_map="auto")


def test_seeded_distributions(config):
    """The standard deviation is that of the config, the padding row is zero, norms are at their defaults."""
    model = triform.AutoModel.from_config(triform.BertConfig(**{**config.to_dict(), "hidden_size": 240, "initializer_range": 0.05}), seed=3)
    weight = model.encoder.layer[1].attention.self.key.weight
    assert abs(weight.std().item() / 0.05 - 1) < 0.05
    assert model.embeddings.word_embeddings.weight[0].abs().sum() == 0
    assert (model.embeddings.LayerNorm.weight == 1).all() and (model.embeddings.LayerNorm.bias == 0).all()
    assert np.isclose(weight.mean().item(), 0, atol=0.002)
