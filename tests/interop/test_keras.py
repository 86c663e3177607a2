"""A model on TensorFlow is a keras.Model: calls, training, freezing, files, mixed precision."""

import copy
import subprocess
import sys

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")

import triform  # noqa: E402

pytestmark = pytest.mark.xdist_group("interop-keras")


@pytest.fixture()
def given(inputs):
    return {name: tf.constant(x) for name, x in inputs.items()}


@pytest.fixture()
def model(folder):
    return triform.TFAutoModelForMaskedLM.from_pretrained(folder)


@pytest.fixture()
def classifier(folder):
    return triform.TFAutoModelForSequenceClassification.from_pretrained(folder)


def tied(model) -> bool:
    same = model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    return same and model.cls.predictions.decoder.bias is model.cls.predictions.bias


def close(a, b, tolerance=1e-5):
    a, b = np.asarray(a), np.asarray(b)
    return np.abs(a - b).max() <= tolerance * np.abs(b).max()


def test_it_is_a_keras_model_of_the_usual_name(model):
    assert isinstance(model, keras.Model) and type(model).__name__ == "BertForMaskedLM"
    assert type(model) is triform.TFBertForMaskedLM is triform.tf.BertForMaskedLM
    assert tied(model)


def test_calls_by_position_dictionary_and_keyword(model, given):
    want = model(given).logits
    assert close(model(**given).logits, want)
    assert close(model(given["input_ids"], given["attention_mask"]).logits, want)
    assert close(model({"input_ids": given["input_ids"]}, attention_mask=given["attention_mask"]).logits, want)
    with pytest.raises(ValueError, match="Did you mean 'attention_mask'"):
        model(given["input_ids"], atention_mask=given["attention_mask"])


def test_variables_are_called_as_in_the_checkpoint(model):
    import safetensors.numpy

    names = {variable.path for variable in model.trainable_variables}
    assert "bert.encoder.layer.0.attention.self.query.weight" in names
    assert names == {slot.name for slot in model.slots()}
    assert len(names) == len(model.trainable_variables)
    assert safetensors.numpy  # the names of files are compared in the tests of each architecture


def test_xla_with_open_batch_and_length(model, given):
    signature = {name: tf.TensorSpec((None, None), x.dtype) for name, x in given.items()}
    run = tf.function(lambda x: model(x).logits, input_signature=[signature], jit_compile=True)
    want = model(given).logits
    assert close(run(given), want, 1e-4)  # XLA fuses and reorders sums
    shorter = {name: x[:2, :5] for name, x in given.items()}
    assert close(run(shorter), model(shorter).logits, 1e-4)


def test_a_traced_function_takes_any_size(model, given):
    compiled = model.jit()
    for length in (5, 4, 3, 2):
        part = {name: x[:, :length] for name, x in given.items()}
        assert close(compiled(**part).logits, model(**part).logits)
    (function,) = compiled.functions.values()
    assert function.experimental_get_tracing_count() == 2
    ids = given["input_ids"]
    out = compiled(input_ids=ids.numpy(), labels=ids.numpy(), output_hidden_states=True)
    want = model(input_ids=ids, labels=ids, output_hidden_states=True)
    assert type(out) is type(want) and list(out) == list(want) and close(out.loss, want.loss)
    before = compiled(**given).logits
    for variable in model.trainable_variables:
        variable.assign(2 * variable)
    assert close(model.jit()(**given).logits, model(**given).logits) and not close(model(**given).logits, before)
    with pytest.raises(triform.errors.InputError, match="for inference"):
        compiled(**given, training=True)


def test_fit_with_labels_among_the_inputs(classifier, given):
    classifier.compile(optimizer=keras.optimizers.Adam(1e-2))
    data = {**{name: x.numpy() for name, x in given.items()}, "labels": np.array([0, 2, 1])}
    history = classifier.fit(data, epochs=4, batch_size=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_fit_with_labels_as_y(classifier, given):
    classifier.compile(optimizer=keras.optimizers.Adam(1e-2))
    history = classifier.fit({name: x.numpy() for name, x in given.items()}, np.array([0, 2, 1]), epochs=4, batch_size=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_fit_with_a_loss_and_metrics_of_the_user(classifier, given):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(optimizer=keras.optimizers.Adam(1e-2), loss=loss, metrics=["accuracy"])
    history = classifier.fit({name: x.numpy() for name, x in given.items()}, np.array([0, 2, 1]), epochs=8, batch_size=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert "accuracy" in history.history


def test_without_any_loss_the_error_says_what_to_do(classifier, given):
    classifier.compile(optimizer="sgd")
    with pytest.raises(ValueError, match="put labels among the inputs"):
        classifier.fit({name: x.numpy() for name, x in given.items()}, epochs=1, verbose=0)


def test_predict_gives_the_output_class(model, given):
    out = model.predict({name: x.numpy() for name, x in given.items()}, verbose=0)
    assert close(out["logits"], model(given).logits)


def test_freezing_an_inner_module_really_freezes_it(classifier, given):
    classifier.bert.trainable = False
    assert {v.path for v in classifier.trainable_variables} == {"classifier.weight", "classifier.bias"}
    before = classifier.bert.encoder.layer[0].output.dense.weight.numpy()
    head = classifier.classifier.weight.numpy()
    classifier.compile(optimizer=keras.optimizers.SGD(0.5))
    classifier.fit({**{n: x.numpy() for n, x in given.items()}, "labels": np.array([0, 2, 1])}, epochs=1, verbose=0)
    assert (classifier.bert.encoder.layer[0].output.dense.weight.numpy() == before).all()
    assert not (classifier.classifier.weight.numpy() == head).all()
    classifier.bert.trainable = True
    assert len(classifier.trainable_variables) > 2


def test_summary_shows_the_blocks(classifier):
    lines = []
    classifier.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "bert.embeddings" in text and "BertLayer × 2" in text and "classifier" in text
    total = sum(int(np.prod(v.shape)) for v in classifier.trainable_variables)
    assert f"{total:,}" in text


def test_keras_files_load_in_a_new_process(model, given, tmp_path):
    path = tmp_path / "model.keras"
    model.save(path)
    np.savez(tmp_path / "inputs.npz", **{name: x.numpy() for name, x in given.items()})
    code = (
        "import numpy as np, triform.tf, keras;"
        f"m = keras.models.load_model({str(path)!r}); x = dict(np.load({str(tmp_path / 'inputs.npz')!r}));"
        f"np.save({str(tmp_path / 'out.npy')!r}, m(x).logits);"
        "print(type(m).__name__, m.cls.predictions.decoder.weight is m.bert.embeddings.word_embeddings.weight)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["BertForMaskedLM", "True"], done.stderr[-2000:]
    assert close(np.load(tmp_path / "out.npy"), model(given).logits)


def test_weights_files(model, given, tmp_path, config):
    model.save_weights(tmp_path / "m.weights.h5")
    other = triform.TFAutoModelForMaskedLM.from_config(config)
    other.load_weights(tmp_path / "m.weights.h5")
    assert close(other(given).logits, model(given).logits)


def test_copies_keep_their_ties(model, given):
    other = copy.deepcopy(model)
    assert tied(other) and close(other(given).logits, model(given).logits)


def test_half_precision(folder, given):
    want = triform.TFAutoModelForMaskedLM.from_pretrained(folder)(given).logits
    for dtype, tolerance in (("float16", 3e-3), ("bfloat16", 3e-2)):
        model = triform.TFAutoModelForMaskedLM.from_pretrained(folder, dtype=dtype)
        got = model(given).logits
        assert got.dtype == dtype and tied(model)
        assert close(tf.cast(got, tf.float32), want, tolerance)


def test_mixed_precision_policy(folder, given):
    want = triform.TFAutoModelForMaskedLM.from_pretrained(folder)(given).logits
    model = triform.TFAutoModelForMaskedLM.from_pretrained(folder, dtype="bfloat16", param_dtype="float32")
    got = model(given).logits
    assert model.dtype_policy.name == "mixed_bfloat16" and model.trainable_variables[0].dtype == "float32"
    assert got.dtype == "bfloat16" and close(tf.cast(got, tf.float32), want, 3e-2)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        global_policy = triform.TFAutoModelForMaskedLM.from_pretrained(folder)
    finally:
        keras.config.set_dtype_policy("float32")
    assert global_policy(given).logits.dtype == "float16"


def test_dropout_is_random_in_training(model, given):
    first, second = model(given, training=True).logits, model(given, training=True).logits
    assert not close(first, second)
    assert close(model(given).logits, model(given, training=False).logits, 0)


def test_seeds(config):
    weight = lambda m: m.encoder.layer[0].output.dense.weight.numpy()
    one, two = (triform.TFAutoModel.from_config(config, seed=4) for _ in range(2))
    assert (weight(one) == weight(two)).all()
    keras.utils.set_random_seed(1)
    drawn = triform.TFAutoModel.from_config(config)
    keras.utils.set_random_seed(1)
    again, other = triform.TFAutoModel.from_config(config), triform.TFAutoModel.from_config(config)
    assert (weight(drawn) == weight(again)).all() and not (weight(drawn) == weight(other)).all()


def test_resizing_keeps_the_tie(folder, given):
    model = triform.TFAutoModelForMaskedLM.from_pretrained(folder)
    model.resize_token_embeddings(120)
    assert tied(model) and model(given).logits.shape[-1] == 120
    assert any(v.shape[0] == 120 for v in model.trainable_variables) and not any(v.shape[0] == 99 for v in model.trainable_variables)


def test_inside_a_functional_model(classifier, given):
    ids = keras.Input((7,), dtype="int32")
    outer = keras.Model(ids, classifier(ids).logits)
    assert close(outer(given["input_ids"]), classifier(given["input_ids"]).logits)


def test_a_subclass_of_the_user_comes_back_as_it(folder):
    class Mine(triform.TFBertForMaskedLM):
        pass

    assert type(Mine.from_pretrained(folder)) is Mine


def test_another_keras_backend_gives_a_clear_error():
    code = "import os; os.environ['KERAS_BACKEND'] = 'torch'; import triform; triform.TFBertModel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "KERAS_BACKEND=tensorflow" in done.stderr
