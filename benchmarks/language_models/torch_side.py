"""PyTorch's side: needs PyTorch alone, runs in the environment that `--setup` makes."""

import json
import sys
import time

import torch
from torch import nn


class NextToken(nn.Module):
    """Tokens -> vectors -> `depth` recurrent layers -> logits."""

    def __init__(self, cell, vocab_size, embed_dim, units, depth):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed_dim)
        self.hidden = {"lstm": nn.LSTM, "elman": nn.RNN}[cell](embed_dim, units, depth)
        self.logits = nn.Linear(units, vocab_size)

    def forward(self, tokens, state):
        h, state = self.hidden(self.embed(tokens), state)
        return self.logits(h), state


def train(cell, sizes, rows, window, precision, steps, warm):
    """Characters per second over `steps` steps, after `warm` of them."""
    model = NextToken(cell, **sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    text = torch.randint(sizes["vocab_size"], (steps + warm, window + 1, rows))
    state = None
    for step, tokens in enumerate(text):
        if step == warm:
            start = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "mixed_bfloat16"):
            logits, state = model(tokens[:-1], state)
        state = _detached(state)
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), tokens[1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return steps * rows * window / (time.perf_counter() - start)


def _detached(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


@torch.inference_mode()
def write(cell, sizes, length):
    """Characters per second of a loop in Python, one row."""
    model = NextToken(cell, **sizes).eval()
    for count in (20, length):
        token, state = torch.zeros((1, 1), dtype=torch.long), None
        start = time.perf_counter()
        for _ in range(count):
            logits, state = model(token, state)
            token = torch.multinomial(torch.softmax(logits[0], -1), 1)
            int(token)  # a letter is shown as it is written
    return length / (time.perf_counter() - start)


if __name__ == "__main__":
    torch.manual_seed(0)
    job, arguments = json.loads(sys.argv[1])
    torch.set_num_threads(arguments.pop("threads"))
    print(json.dumps({"train": train, "write": write}[job](**arguments)))
