"""One file per architecture; each backend executes it with its own `nn` and `ops`."""

raise ImportError("triform.models holds sources shared by the backends: import triform.torch, triform.flax or triform.tf instead.")
