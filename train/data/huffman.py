"""Huffman's code: a binary tree in which frequent words stand near the root.

The hierarchical softmax walks from the root to a word, one yes-or-no question at each inner node;
with this code a word of share p is about -log2 p questions away, the fewest on average.

Reference: Huffman (1952), A Method for the Construction of Minimum-Redundancy Codes, Proceedings
of the IRE 40(9); used for words by Morin & Bengio (2005) and Mikolov et al. (2013).
"""

import heapq

import numpy as np


def huffman(counts):
    """How often each of V >= 2 words stands -> nodes and turns, each (V, depth) int32.

    nodes[w]: the inner nodes, 0 to V - 2, from the root, V - 2, to word w; turns[w]: +1 or -1,
    which branch is taken at each; both are 0 behind the end of a shorter way.
    """
    size = len(counts)
    parent, branch = np.zeros(2 * size - 1, "int64"), np.zeros(2 * size - 1, "int32")
    heap = [(int(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    for node in range(size, 2 * size - 1):
        (one, left), (other, right) = heapq.heappop(heap), heapq.heappop(heap)
        parent[[left, right]], branch[[left, right]] = node, (1, -1)
        heapq.heappush(heap, (one + other, node))
    depth = np.zeros(2 * size - 1, "int64")
    for node in range(2 * size - 3, -1, -1):  # a parent's number is higher than its children's
        depth[node] = depth[parent[node]] + 1
    nodes, turns = (np.zeros((size, depth[:size].max()), "int32") for _ in range(2))
    here = np.arange(size)
    while len(walking := np.flatnonzero(depth[here] > 0)):
        words, at = walking, here[walking]
        place = depth[at] - 1
        nodes[words, place], turns[words, place] = parent[at] - size, branch[at]
        here[walking] = parent[at]
    return nodes, turns
