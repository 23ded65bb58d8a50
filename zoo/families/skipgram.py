"""Skip-gram: a word foretells the words around it.

    h = v_i        E = sum over the C words c around of -log p(c)        p(j) = softmax(v'_j h)_j

With EI_j = sum over c of (p(j) - [j is c]), one step at rate n is

    v'_j <- v'_j - n EI_j h        v_i <- v_i - n sum over j of EI_j v'_j

Losses and inputs are those of CBOW, which is its mirror image and several times as fast.

Reference: Mikolov, Sutskever, Chen, Corrado & Dean (2013), Distributed Representations of Words
and Phrases and their Compositionality, NIPS; the formulas are Rong's (2014), word2vec Parameter
Learning Explained.
"""

import keras

from zoo.layers.foretell import foretell
from zoo.layers.windows import Windows
from zoo.layers.word_vectors import WordVectors
from zoo.registry import register


@register
def skipgram(vocab_size=64, embed_dim=16, window=5, loss="negative_sampling", negative=5, joined=1):
    """Rows of text -> `nats` (batch, time): what the words around each word cost in sum.

    Inputs and sizes: see `zoo.families.cbow`.
    """
    inputs, how = foretell(loss, vocab_size, negative, joined)
    h = WordVectors(vocab_size, embed_dim, name="w")(inputs["tokens"])
    who = Windows(window, name="who")(inputs["reach"])
    return keras.Model(inputs, {"nats": how(h, who)}, name="skipgram")
