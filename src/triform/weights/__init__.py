"""Weights on disk, in every format, as one kind of thing: a mapping from names to tensors that nobody has read yet."""
