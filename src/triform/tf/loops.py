"""The functions of `triform.loops` on TensorFlow: decoding is compiled."""

import tensorflow as tf


def loop(going, body, state, model=None, most=0):
    flat = tf.nest.flatten(state)
    there = [i for i, x in enumerate(flat) if x is not None]  # a loop of TensorFlow carries no None
    # Keys and values (1, H, S, D) pass as (H, S, D), as XLA multiplies them: else each step copies all of them, twice.
    merged = lambda x: tf.reshape(x, x.shape[1:]) if len(x.shape) == 4 and x.shape[0] == 1 else x

    def packed(values):
        whole = [None] * len(flat)
        for i, x in zip(there, values):
            whole[i] = tf.reshape(x, flat[i].shape)
        return tf.nest.pack_sequence_as(state, whole)

    def unpacked(state):
        return [merged(x) for x in tf.nest.flatten(state) if x is not None]

    found = tf.while_loop(lambda *values: going(packed(values)), lambda *values: unpacked(body(packed(values))), unpacked(state))
    return packed(found)


def counter(n):
    return tf.constant(n, tf.int32)


def number(n):
    return tf.cast(n, tf.float32)


def both(first, second):
    return first & second()


def any(x):
    return tf.reduce_any(x)


def column(x, place):
    return tf.gather(x, place, axis=-1)


def present(tokens, real, vocabulary):
    rows = tf.shape(tokens)[0]
    places = tf.where(real, tokens, vocabulary) + (vocabulary + 1) * tf.range(rows)[:, None]
    counts = tf.math.unsorted_segment_sum(tf.ones_like(tokens), places, rows * (vocabulary + 1))
    return tf.reshape(counts, (rows, vocabulary + 1))[:, :vocabulary] > 0


def key(seed, *, like):
    if seed is None:
        return tf.random.uniform((2,), maxval=2**31 - 1, dtype=tf.int32)
    return tf.constant((seed & 0x7FFFFFFF, (seed >> 31) & 0x7FFFFFFF), tf.int32)


def gumbel(key, sizes, *, like):
    drawn = tf.random.stateless_uniform(tuple(sizes), key, minval=1e-38, maxval=1.0, dtype=tf.float32)
    return -tf.math.log(-tf.math.log(drawn)), key + tf.constant((0, 1), tf.int32)
