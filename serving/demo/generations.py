"""The language models of the Text tab, oldest idea first, and which of them the server has."""

from dataclasses import dataclass

from serving.demo import parts


@dataclass(frozen=True)
class Generation:
    """A served model and what it stands for.

    Attributes:
        model: its name on the server.
        name: what it is called on the page.
        year: of the paper with the idea.
        how: what it does, in a few words.
    """

    model: str
    name: str
    year: int
    how: str


GENERATIONS = (
    Generation("shakespeare_ngram", "n-gram", 1948, "Counts what followed the last few letters."),
    Generation("shakespeare_elman", "Elman", 1990, "Feeds its last thought back to itself."),
    Generation("shakespeare", "LSTM", 1997, "Keeps a memory behind gates."),
    Generation("shakespeare_bengio", "Bengio", 2003, "Turns the last few letters into vectors."),
    Generation("shakespeare_gru", "GRU", 2014, "Makes do with two gates."),
)
NAMES = tuple(generation.model for generation in GENERATIONS)


def roster(client):
    """What the page should know of each model.

    Returns:
        (entries, waiting): a list of dicts with `model`, `name`, `year`, `how`; `ready`, and
        `why` not; `loss`, in nats per letter of the validation text, or None.  waiting: whether
        one of them is still loading.
    """
    entries, waiting = [], False
    for generation in GENERATIONS:
        why, loading = parts.standing(client, generation.model)
        waiting |= loading
        entries.append(vars(generation) | {"ready": not why, "why": why, "loss": None})
        if not why:
            training = parts.facts(client, generation.model).get("training", {})
            entries[-1]["loss"] = training.get("best", {}).get("val_loss")
    return entries, waiting
