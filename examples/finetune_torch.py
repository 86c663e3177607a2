"""Fine-tunes a classifier of short reviews on PyTorch, with a loop like any other.

python examples/finetune_torch.py [--model PATH_OR_NAME] [--epochs N] [--rate R] [--save FOLDER]
"""

import torch
from reviews import arguments, begin, encoded, reviews

from triform import AutoModelForSequenceClassification


def accuracy(model, inputs, labels) -> float:
    model.eval()
    with torch.inference_mode():
        right = model(**inputs).logits.argmax(-1) == labels
    return right.float().mean().item()


def main() -> None:
    given = arguments(__doc__)
    torch.manual_seed(0)
    tokenizer, model = begin(AutoModelForSequenceClassification, given.model)
    learnt, asked = reviews()
    inputs, labels = encoded(tokenizer, learnt, "pt")
    test_inputs, test_labels = encoded(tokenizer, asked, "pt")
    labels, test_labels = torch.tensor(labels), torch.tensor(test_labels)
    optimizer = torch.optim.AdamW(model.parameters(), given.rate)

    for epoch in range(given.epochs):
        model.train()
        for rows in torch.randperm(len(labels)).split(16):
            loss = model(**{name: x[rows] for name, x in inputs.items()}, labels=labels[rows]).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, accuracy {accuracy(model, test_inputs, test_labels):.3f}")

    if given.save:
        model.save_pretrained(given.save)
        tokenizer.save_pretrained(given.save)


if __name__ == "__main__":
    main()
