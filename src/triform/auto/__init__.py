"""From a name to a class: one table of architectures, and the Auto classes that look into it."""
