"""Decoding, written once and executed by each backend with its own `ops`."""

raise ImportError("triform.generation holds sources shared by the backends: import triform.torch, triform.flax or triform.tf instead.")
