"""Small random models of the reference library, for the tests that hold our files against it."""

import numpy as np

MODELS = {
    "BertForMaskedLM": ("BertConfig", {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12,
                                       "vocab_size": 30, "max_position_embeddings": 16}),
    "BertModel": ("BertConfig", {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
                                 "vocab_size": 30, "max_position_embeddings": 16}),
    "GPT2LMHeadModel": ("GPT2Config", {"n_embd": 8, "n_layer": 2, "n_head": 2, "vocab_size": 30, "n_positions": 16}),
    "T5ForConditionalGeneration": ("T5Config", {"d_model": 8, "d_kv": 4, "d_ff": 12, "num_layers": 2, "num_heads": 2, "vocab_size": 30}),
    "BartForConditionalGeneration": ("BartConfig", {"d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
                                                    "decoder_attention_heads": 2, "encoder_ffn_dim": 12, "decoder_ffn_dim": 12,
                                                    "vocab_size": 30, "max_position_embeddings": 16}),
    "ViTForImageClassification": ("ViTConfig", {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
                                                "image_size": 32, "patch_size": 8, "num_labels": 3}),
    "ConvNextForImageClassification": ("ConvNextConfig", {"hidden_sizes": [4, 8], "depths": [1, 1], "num_stages": 2, "num_labels": 3,
                                                          "image_size": 32}),
    "ResNetForImageClassification": ("ResNetConfig", {"embedding_size": 4, "hidden_sizes": [4, 8], "depths": [1, 1], "num_labels": 3}),
}  # fmt: skip


def build(name: str):
    """A PyTorch model with random weights, running values included, in evaluation mode."""
    import torch
    import transformers

    config, options = MODELS[name]
    torch.manual_seed(0)
    model = getattr(transformers, name)(getattr(transformers, config)(**options)).eval()
    for tensor in model.parameters():
        tensor.data.normal_(std=0.3)
    for key, tensor in model.named_buffers():
        if "running" in key:
            tensor.uniform_(0.5, 1.5)
    return model


def inputs(model) -> dict[str, np.ndarray]:
    if model.main_input_name == "pixel_values":
        return {"pixel_values": np.random.default_rng(0).standard_normal((2, 3, 32, 32)).astype(np.float32)}
    ids = np.random.default_rng(0).integers(3, 30, (2, 6))
    return {"input_ids": ids, "decoder_input_ids": ids[:, :4]} if model.config.is_encoder_decoder else {"input_ids": ids}


def output(model) -> np.ndarray:
    """What the PyTorch model gives for `inputs`."""
    import torch

    with torch.no_grad():
        found = model(**{name: torch.from_numpy(value) for name, value in inputs(model).items()})
    return found[0].numpy()


def stored_tensors(model) -> dict:
    """What a checkpoint of the model holds: every tensor, tied ones once."""
    from weightfiles import held

    tied = set(model._tied_weights_keys or ()) if model.config.tie_word_embeddings else set()
    return {name: held(tensor.numpy()) for name, tensor in model.state_dict().items() if name not in tied}
