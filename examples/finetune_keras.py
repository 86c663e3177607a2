"""Fine-tunes a classifier of short reviews on TensorFlow, with Keras's `fit`.

python examples/finetune_keras.py [--model PATH_OR_NAME] [--epochs N] [--rate R] [--save FOLDER]
"""

import keras
from reviews import arguments, begin, encoded, reviews

from triform import TFAutoModelForSequenceClassification


def main() -> None:
    given = arguments(__doc__)
    keras.utils.set_random_seed(0)
    tokenizer, model = begin(TFAutoModelForSequenceClassification, given.model)
    learnt, asked = reviews()
    inputs, labels = encoded(tokenizer, learnt, "np")
    test_inputs, test_labels = encoded(tokenizer, asked, "np")

    model.compile(
        optimizer=keras.optimizers.AdamW(given.rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    tell = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: print(f"epoch {epoch + 1}: loss {logs['loss']:.3f}, accuracy {logs['val_accuracy']:.3f}")
    )
    model.fit(inputs, labels, batch_size=16, epochs=given.epochs, validation_data=(test_inputs, test_labels), callbacks=[tell], verbose=0)

    if given.save:
        model.save_pretrained(given.save)
        tokenizer.save_pretrained(given.save)


if __name__ == "__main__":
    main()
