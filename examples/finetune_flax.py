"""Fine-tunes a classifier of short reviews on Flax: nnx modules, optax optimisers.

python examples/finetune_flax.py [--model PATH_OR_NAME] [--epochs N] [--rate R] [--save FOLDER]
"""

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from reviews import arguments, begin, encoded, reviews

from triform import FlaxAutoModelForSequenceClassification


@nnx.jit
def step(model, optimizer, inputs, labels):
    """One step of the optimiser; gives the loss before it."""
    loss, gradients = nnx.value_and_grad(lambda model: model(**inputs, labels=labels).loss)(model)
    optimizer.update(model, gradients)
    return loss


@nnx.jit
def accuracy(model, inputs, labels):
    return (model(**inputs).logits.argmax(-1) == labels).mean()


def main() -> None:
    given = arguments(__doc__)
    tokenizer, model = begin(FlaxAutoModelForSequenceClassification, given.model)
    learnt, asked = reviews()
    inputs, labels = encoded(tokenizer, learnt, "np")
    test_inputs, test_labels = encoded(tokenizer, asked, "np")
    optimizer = nnx.Optimizer(model, optax.adamw(given.rate), wrt=nnx.Param)
    order = np.random.default_rng(0)

    for epoch in range(given.epochs):
        model.train()
        shuffled = order.permutation(len(labels))
        for rows in shuffled[: len(labels) // 16 * 16].reshape(-1, 16):
            loss = step(model, optimizer, {name: jnp.asarray(x[rows]) for name, x in inputs.items()}, jnp.asarray(labels[rows]))
        model.eval()
        print(f"epoch {epoch + 1}: loss {loss:.3f}, accuracy {accuracy(model, test_inputs, test_labels):.3f}")

    if given.save:
        model.save_pretrained(given.save)
        tokenizer.save_pretrained(given.save)


if __name__ == "__main__":
    main()
