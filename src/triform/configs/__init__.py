"""One file per architecture: its hyper-parameters, shared by all backends. No framework is imported here."""
