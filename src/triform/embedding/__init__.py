"""Texts to vectors, many at a time: batches sorted by length, files in and out, resumable."""
