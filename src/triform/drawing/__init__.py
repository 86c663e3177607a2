"""What vision models find, drawn: boxes with their labels, masks, depth. Pillow images in and out."""
