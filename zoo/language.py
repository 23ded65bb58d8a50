"""What a language model is served as: it writes on, and it says how well it knows a text.

Signatures of every network of `{"tokens", "state"} -> {"logits", "state"}`:

    serving_default   prompt, length, temperature, top_k, seed -> text
    read              prompt -> token, state
    write             token, state, length, temperature, top_k, seed, position -> text, token, state
    step              token, state -> logits, state
    score             text -> nats, perplexity, characters, tokens, unknown
    look              text, unit -> tokens, activation, nats, likeliest, probabilities, units,
                      telling

`score` gives nats per character and perplexity per token; the first token is the one after a
line's end.  `read`, then `write` for a few tokens at a time, gives the text of
`serving_default` piece by piece: `position` is how many tokens were written before.  Characters
or words that the vocabulary lacks are read as the unknown token (see zoo/text.py), which is
never written.  `look` shows hidden units and expectations at each token; see zoo/inside.py.
"""

import tensorflow as tf

from zoo import decode, inside
from zoo.image import checked
from zoo.text import Vocabulary

LONGEST = 20_000
WINDOW = 256  # tokens that `score` reads at once


class Reader:
    """A language model with its vocabulary, as TensorFlow ops on strings."""

    def __init__(self, model, tokens, level):
        self.model = model
        self.vocabulary = Vocabulary(tokens, level)
        # a text begins as if after a line's end
        self.start = max(tokens.index("\n") if "\n" in tokens else 0, 0)

    def step(self, tokens, state):
        """(batch, time) int32 and the state -> logits (batch, time, vocab) and the state.

        A row's numbers are the same to the last bit, alone or among others: a product with one
        row adds up in another order than one with several, so one row is computed as two.
        """
        rows = tf.shape(tokens)[0]
        alone = tf.cast(rows == 1, tf.int32)
        tokens, state = (tf.concat([given, given[:alone]], 0) for given in (tokens, state))
        outputs = self.model({"tokens": tokens, "state": state}, training=False)
        return outputs["logits"][:rows], outputs["state"][:rows]

    def _step_of_known(self, tokens, state):
        logits, state = self.step(tokens, state)
        never = tf.fill(tf.shape(logits[..., :1]), -float("inf"))
        return tf.concat([never, logits[..., 1:]], -1), state

    def fresh(self, rows):
        """The state at the start of `rows` texts."""
        return tf.zeros((rows, *self.model.input["state"].shape[1:]))

    def encode(self, texts):
        """(n,) strings -> (n, time) int32 that begin with the start token, and their lengths."""
        numbers = self.vocabulary.encode(texts)
        start = tf.fill((tf.shape(texts)[0], 1), self.start)
        numbers = tf.concat([start, numbers], 1)
        return numbers.to_tensor(), tf.cast(numbers.row_lengths(), tf.int32)

    def read(self, prompt):
        """(n,) strings -> each one's last token and the state before it."""
        tokens, lengths = self.encode(prompt)
        longest = tf.reduce_max(lengths) - 1
        message = f"prompt: expected at most {LONGEST} tokens, got {{}}: send its end alone"
        lengths = checked(lengths, longest <= LONGEST, message, (longest,))
        return decode.read(self.step, tokens, lengths, self.fresh(tf.shape(prompt)[0]))

    def write(self, token, state, length, temperature, top_k, seed, position):
        """Go on from `read`, or from the last `write`: (n,) strings, and token and state."""
        length, temperature, top_k = _checked(length, temperature, top_k)
        written, token, state = decode.sample(
            self._step_of_known, token, state, length, temperature, top_k, seed, position
        )
        return self.vocabulary.decode(written), token, state

    def score(self, texts):
        """(n,) strings -> (n,) float32 nats of the whole, and how many tokens were scored."""
        tokens, lengths = self.encode(texts)
        rows = tf.shape(tokens)[0]

        def body(t, state, nats):
            read, after = tokens[:, t : t + WINDOW], tokens[:, t + 1 : t + WINDOW + 1]
            read = read[:, : tf.shape(after)[1]]
            logits, state = self.step(read, state)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(after, logits)
            counts = t + 1 + tf.range(tf.shape(after)[1]) < lengths[:, None]
            each = tf.where(counts, tf.cast(each, tf.float64), 0)
            return t + WINDOW, state, nats + tf.reduce_sum(each, 1)

        start = (0, self.fresh(rows), tf.zeros((rows,), tf.float64))
        last = tf.shape(tokens)[1] - 1
        _, _, nats = tf.while_loop(lambda t, *_: t < last, body, start)
        unknown = tf.reduce_sum(tf.cast((tokens == 0) & _within(tokens, lengths), tf.int32), 1)
        return tf.cast(nats, tf.float32), lengths - 1, unknown


def _within(tokens, lengths):
    place = tf.range(tf.shape(tokens)[1])
    return (place > 0) & (place < lengths[:, None])


def _checked(length, temperature, top_k):
    for name, value, good, wanted in (
        ("length", length, (length >= 0) & (length <= LONGEST), f"0 to {LONGEST}"),
        ("temperature", temperature, (temperature >= 0) & (temperature <= 100), "0 to 100"),
        ("top_k", top_k, top_k >= 0, "0, for every token, or more"),
    ):
        message = f"{name}: expected {wanted}, got {{}}"
        length = checked(length, tf.reduce_all(good), message, (value,))
    return length, temperature, top_k


def signatures(model, tokens, level):
    """The served functions of a language model; tokens, level: its vocabulary."""
    reader = Reader(model, tokens, level)
    state_shape = (None, *model.input["state"].shape[1:])

    def spec(name, dtype, shape=(None,)):
        return tf.TensorSpec(shape, dtype, name)

    token, state = spec("token", tf.int32), spec("state", tf.float32, state_shape)
    how = [spec("length", tf.int32), spec("temperature", tf.float32), spec("top_k", tf.int32),
           spec("seed", tf.int64)]  # fmt: skip
    prompt = spec("prompt", tf.string)

    @tf.function(input_signature=[prompt, *how])
    def serving_default(prompt, length, temperature, top_k, seed):
        token, state = reader.read(prompt)
        text, _, _ = reader.write(
            token, state, length, temperature, top_k, seed, tf.zeros_like(seed)
        )
        return {"text": text}

    @tf.function(input_signature=[prompt])
    def read(prompt):
        token, state = reader.read(prompt)
        return {"token": token, "state": state}

    @tf.function(input_signature=[token, state, *how, spec("position", tf.int64)])
    def write(token, state, length, temperature, top_k, seed, position):
        text, token, state = reader.write(token, state, length, temperature, top_k, seed, position)
        return {"text": text, "token": token, "state": state}

    @tf.function(input_signature=[token, state])
    def step(token, state):
        logits, state = reader.step(token[:, None], state)
        return {"logits": logits[:, 0], "state": state}

    @tf.function(input_signature=[spec("text", tf.string)])
    def score(text):
        nats, tokens, unknown = reader.score(text)
        characters = tf.strings.length(text, unit="UTF8_CHAR")
        some = tf.cast(tf.maximum(characters, 1), tf.float32)
        perplexity = tf.exp(nats / tf.cast(tf.maximum(tokens, 1), tf.float32))
        return {
            "nats": nats / some,
            "perplexity": perplexity,
            "characters": characters,
            "tokens": tokens,
            "unknown": unknown,
        }

    @tf.function(input_signature=[spec("text", tf.string), spec("unit", tf.int32)])
    def look(text, unit):
        return inside.look(reader, text, unit)

    return {
        "serving_default": serving_default,
        "read": read,
        "write": write,
        "step": step,
        "score": score,
        "look": look,
    }
