"""The matching of rows and columns on TensorFlow: a call of the host, from graphs too; XLA has none, so such losses are not for it."""

import numpy as np
import tensorflow as tf

from triform.matching import assignment


def assign(costs):
    on_host = lambda costs: tuple(places.astype(np.int32) for places in assignment(costs))
    rows, columns = tf.numpy_function(on_host, [tf.stop_gradient(costs)], [tf.int32, tf.int32])
    sizes = tuple(costs.shape)
    for places in (rows, columns):
        places.set_shape((None if None in sizes else min(sizes),))
    return rows, columns
