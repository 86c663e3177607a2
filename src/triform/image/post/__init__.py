"""What models give, as users want it: boxes, masks, maps, depth. Outputs of any framework in; NumPy arrays, lists and dictionaries out."""
