"""Our recurrent networks beside Keras's and PyTorch's: how fast they learn, how fast they write.

    python -m benchmarks.language_models --setup     # PyTorch in an environment of its own
    python -m benchmarks.language_models [--rounds 5] [--only training|writing]

Training: tokens -> vectors -> `depth` recurrent layers -> logits, with AdamW and gradients
clipped by their norm, on windows of text whose state is carried along.  Keras trains
`keras.layers.LSTM` or `SimpleRNN` with `stateful=True` in a stock `fit`; PyTorch `nn.LSTM` or
`nn.RNN`, whose products of all layers and steps run in oneDNN, in the loop of its tutorials, in
bfloat16 under `torch.autocast`.  The hidden layer is tanh in all three, for `nn.RNN` has no
sigmoid.  No dropout: the three do not do the same work for it.

Writing: a text of one row by the served signature, whose loop is in the graph, beside a Python
loop that calls `predict` on the same network letter by letter, and PyTorch's loop letter by
letter.

Each measurement is a process of its own; the sides take turns, and medians are compared.
"""
