"""What `visual_semantic` is served as: pictures and sentences become vectors that can be compared.

    embed_image   image -> vector            of length 1; the dot product with that of a sentence
    embed_text    sentence -> vector, words, known       is their cosine: how well they fit
    embed_regions image -> vectors           of the whole picture, then of each region
    embed_words   sentence -> vectors, words, known      zeros for a word that is not known
    align         image, sentence -> score, cosine, words, known, scores, boxes, grid

`words` are the sentence's; `known` says which of them the network has learned: the others count
nothing, and a sentence of none has a vector of zeros.  For each word `align` gives `scores`, that
of its best region; `boxes`, the place of it (top, left, bottom, right, from 0 to 1); and `grid`,
the scores of all regions, rows by columns.  The best region may be the whole picture.  `score` is
the sum of `scores`, `cosine` the product of the two vectors.
"""

import tensorflow as tf

from zoo.captions import UNKNOWN
from zoo.eyes import Half
from zoo.image import checked

LONGEST = 62  # words of a sentence that are read


def signatures(model, eyes, words):
    """The served functions; eyes: `zoo.eyes.Eyes`; words: `zoo.captions.Words`."""
    v, s, cosines = (model.get_layer(name) for name in ("v", "s", "cosines"))
    half = Half([*v.weights, *s.weights, *cosines.weights])
    image = tf.TensorSpec((None,), tf.string, "image")
    sentence = tf.TensorSpec((None,), tf.string, "sentence")

    @tf.function(input_signature=[image])
    def embed_image(image):
        regions = eyes(image)
        with half():
            return {"vector": cosines.picture(v(regions))}

    def understood(sentence):
        numbers, told = words.read(sentence, LONGEST)
        said = s(numbers)
        known = numbers[:, 1:-1] > UNKNOWN
        # a sentence of which nothing is known lies nowhere
        some = tf.cast(tf.reduce_any(known, 1, keepdims=True), tf.float32)
        vector = cosines.sentence(said, numbers) * some
        return said[:, 1:-1], vector, {"words": told, "known": known}

    @tf.function(input_signature=[sentence])
    def embed_text(sentence):
        with half():
            _, vector, told = understood(sentence)
        return {"vector": vector, **told}

    @tf.function(input_signature=[image])
    def embed_regions(image):
        regions = eyes(image)
        with half():
            return {"vectors": v(regions)}

    @tf.function(input_signature=[sentence])
    def embed_words(sentence):
        with half():
            said, _, told = understood(sentence)
        return {"vectors": tf.where(told["known"][..., None], said, 0.0), **told}

    @tf.function(input_signature=[image, sentence])
    def align(image, sentence):
        sizes = tf.shape(image)[0], tf.shape(sentence)[0]
        message = "sentence: expected one for each image, got {} images and {} sentences"
        image = checked(image, sizes[0] == sizes[1], message, sizes)
        regions = eyes(image)
        with half():
            seen = v(regions)
            said, vector, told = understood(sentence)
            cosine = tf.reduce_sum(cosines.picture(seen) * vector, -1)
        found = _found(seen, said, told["known"], eyes.grid)
        return {"score": tf.reduce_sum(found["scores"], 1), "cosine": cosine, **told, **found}

    served = (embed_image, embed_text, embed_regions, embed_words, align)
    return {function.__name__: function for function in served}


def _found(seen, said, known, grid):
    fits = tf.where(known[..., None], tf.matmul(said, seen, transpose_b=True), 0.0)
    best = tf.argmax(fits, -1, tf.int32)  # 0: the whole picture
    rows, columns = grid
    row, column = (best - 1) // columns, (best - 1) % columns
    sides = [row / rows, column / columns, (row + 1) / rows, (column + 1) / columns]
    part = tf.stack([tf.cast(side, tf.float32) for side in sides], -1)
    whole = tf.constant([0.0, 0.0, 1.0, 1.0])
    return {
        "scores": tf.reduce_max(fits, -1),
        "boxes": tf.where(best[..., None] > 0, part, whole),
        "grid": tf.reshape(fits[..., 1:], (*tf.unstack(tf.shape(fits)[:2]), rows, columns)),
    }
