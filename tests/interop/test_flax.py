"""A model on Flax is an nnx.Module, and the functional call of training loops works."""

import copy
import pickle

import numpy as np
import pytest

nnx = pytest.importorskip("flax.nnx")
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

import triform  # noqa: E402

pytestmark = pytest.mark.xdist_group("interop-flax")


@pytest.fixture()
def given(inputs):
    return {name: jnp.asarray(x) for name, x in inputs.items()}


@pytest.fixture()
def model(folder):
    return triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)


def tied(model) -> bool:
    same = model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    return same and model.cls.predictions.decoder.bias is model.cls.predictions.bias


def close(a, b, tolerance=1e-5):
    a, b = np.asarray(a), np.asarray(b)
    return np.abs(a - b).max() <= tolerance * np.abs(b).max()


def test_it_is_a_module(model):
    assert isinstance(model, nnx.Module) and type(model) is triform.FlaxBertForMaskedLM
    assert tied(model)
    assert model.bert.encoder.layer[1].attention.self.query.weight[...].shape == (48, 48)


def test_nnx_jit_equals_eager(model, given):
    want = model(**given).logits
    got = nnx.jit(lambda m, x: m(**x))(model, given).logits
    assert close(got, want)


def test_split_and_merge_keep_the_tie(model, given):
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    again = nnx.merge(graph, params, rest)
    assert tied(again)
    assert close(again(**given).logits, model(**given).logits)


def test_the_state_is_an_argument_of_jit_and_equal_models_compile_once(folder, given):
    traces = []

    @jax.jit
    def run(graph_and_state, x):
        traces.append(1)
        return nnx.merge(*graph_and_state)(**x).logits

    first, second = (triform.FlaxAutoModelForMaskedLM.from_pretrained(folder) for _ in range(2))
    one, two = run(nnx.split(first), given), run(nnx.split(second), given)
    assert close(one, two) and len(traces) == 1


def test_the_model_s_own_jit_compiles_equal_models_once(folder, given):
    from triform.flax.pretrained import _run

    first, second = (triform.FlaxAutoModelForMaskedLM.from_pretrained(folder).jit() for _ in range(2))
    first(**given)
    before = _run._cache_size()
    assert close(second(**given).logits, first(**given).logits) and _run._cache_size() == before


def test_params_call_is_a_pure_function(model, given, labels):
    params = model.params
    assert "decoder" not in params["cls"]["predictions"]  # a tied array is there once
    doubled = jax.tree.map(lambda x: 2 * x, params)
    want = model(**given).logits
    assert not close(model(**given, params=doubled).logits, want)
    assert close(model(**given).logits, want)
    assert close(model(**given, params=params).logits, want)


def test_params_with_a_missing_or_foreign_name_are_refused(model, given):
    params = model.params
    params["bert"]["oops"] = params["bert"].pop("embeddings")
    with pytest.raises(ValueError, match="lacks"):
        model(**given, params=params)


def test_dropout_rng_decides_dropout(model, given):
    call = lambda seed: model(**given, params=model.params, dropout_rng=jax.random.key(seed), train=True).logits
    assert close(call(1), call(1), 1e-7) and not close(call(1), call(2))
    assert close(model(**given, params=model.params, train=False).logits, model(**given).logits)


def test_an_optax_step_lowers_the_loss(folder, given, labels):
    optax = pytest.importorskip("optax")
    model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)
    optimizer = optax.sgd(0.1)

    @jax.jit
    def step(params, state, rng):
        loss, grads = jax.value_and_grad(lambda p: model(**given, labels=jnp.asarray(labels), params=p, dropout_rng=rng, train=True).loss)(
            params
        )
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state, loss

    params, state, losses = model.params, optimizer.init(model.params), []
    for i in range(5):
        params, state, loss = step(params, state, jax.random.key(i))
        losses.append(float(loss))
    assert losses[-1] < losses[0]


def test_nnx_grad_and_optimizer(folder, given, labels):
    optax = pytest.importorskip("optax")
    model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)
    optimizer = nnx.Optimizer(model, optax.sgd(0.1), wrt=nnx.Param)

    @nnx.jit
    def step(model, optimizer):
        loss, grads = nnx.value_and_grad(lambda m: m(**given, labels=jnp.asarray(labels)).loss)(model)
        optimizer.update(model, grads)
        return loss

    losses = [float(step(model, optimizer)) for _ in range(4)]
    assert losses[-1] < losses[0] and tied(model)


def test_dropout_is_random_in_training(folder, given):
    model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)
    model.train()
    assert not close(model(**given).logits, model(**given).logits)
    model.eval()
    assert close(model(**given).logits, model(**given).logits, 0)


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_copies_keep_their_ties(model, given, twin):
    other = twin(model)
    assert tied(other)
    assert close(other(**given).logits, model(**given).logits)


def test_half_precision(folder, given):
    want = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)(**given).logits
    for dtype, tolerance in (("float16", 3e-3), ("bfloat16", 3e-2)):
        model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder, dtype=dtype)
        got = model(**given).logits
        assert got.dtype == dtype and tied(model) and close(got.astype(jnp.float32), want, tolerance)


def test_param_dtype_separates_storage_from_computation(folder, given):
    model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder, dtype="bfloat16", param_dtype="float32")
    assert model.params["bert"]["encoder"]["layer"]["0"]["output"]["dense"]["weight"].dtype == jnp.float32
    assert model(**given).logits.dtype == jnp.bfloat16


def test_resizing_keeps_the_tie(folder, given):
    model = triform.FlaxAutoModelForMaskedLM.from_pretrained(folder)
    model.resize_token_embeddings(120)
    assert tied(model) and model(**given).logits.shape[-1] == 120


def test_seeds(config):
    weight = lambda m: m.encoder.layer[0].output.dense.weight[...]
    one, two = (triform.FlaxAutoModel.from_config(config, seed=4) for _ in range(2))
    assert (weight(one) == weight(two)).all()
    torch_model = triform.AutoModel.from_config(config, seed=4)
    assert (np.asarray(weight(one)) == torch_model.encoder.layer[0].output.dense.weight.detach().numpy()).all()
    drawn = [triform.FlaxBertModel(config, rngs=nnx.Rngs(s)) for s in (1, 1, 2)]
    assert (weight(drawn[0]) == weight(drawn[1])).all() and not (weight(drawn[0]) == weight(drawn[2])).all()


def test_a_traced_output_flag_is_refused(model, given):
    with pytest.raises(ValueError, match="static"):
        jax.jit(lambda flag: model(**given, output_hidden_states=flag).logits)(True)
