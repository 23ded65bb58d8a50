"""CBOW, the continuous bag of words: the words around a place foretell the word in it.

    h = (1/C) sum of v_c over the C words c around        u_j = v'_j h        p(j) = softmax(u)_j

Its gradients are short.  With e_j = p(j) - [j is the right word] and EH = sum over j of e_j v'_j,
one step of stochastic gradient descent at rate n is

    v'_j <- v'_j - n e_j h        v_c <- v_c - (n / C) EH

loss="softmax" is just this; "negative_sampling" and "hierarchical" replace the sum over all
words by a few (zoo/layers/word_vectors.py).  The rows v_c of the table `w` are the word vectors.

Reference: Mikolov, Chen, Corrado & Dean (2013), Efficient Estimation of Word Representations in
Vector Space, ICLR workshop; the formulas are Rong's (2014), word2vec Parameter Learning
Explained; negative sampling and subsampling are of Mikolov, Sutskever, Chen, Corrado & Dean
(2013), Distributed Representations of Words and Phrases and their Compositionality, NIPS.
"""

import keras

from zoo.layers.foretell import foretell
from zoo.layers.windows import WindowMean
from zoo.layers.word_vectors import WordVectors
from zoo.registry import register


@register
def cbow(vocab_size=64, embed_dim=16, window=5, loss="negative_sampling", negative=5, joined=1):
    """Rows of text -> `nats` (batch, time): what each word costs, given those around it.

    Inputs, int32: `tokens` (batch, time); `reach` (batch, time), how many words on each side
    count, at most `window`; for negative sampling `drawn` (batch, K); for the hierarchical
    softmax `nodes` and `turns` (batch, time, depth).
    negative: how many drawn words a position is set against; joined: how many rows share theirs.
    """
    inputs, how = foretell(loss, vocab_size, negative, joined)
    x = WordVectors(vocab_size, embed_dim, name="w")(inputs["tokens"])
    h = WindowMean(window, name="h")(x, inputs["reach"])
    return keras.Model(inputs, {"nats": how(h)}, name="cbow")
