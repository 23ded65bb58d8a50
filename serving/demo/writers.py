"""One language model at work on a text, a few letters at a time."""

import time

from serving.demo import parts
from serving.errors import ServingError


class Writer:
    """Write `length` letters after `prompt`: with `read`, then `write` again and again.

    The whole is the very text that the model's `serving_default` gives for the same options.

    Args:
        client: answers for the models.
        model: name of the model.
        how: its `temperature`, `top_k` and `seed`.

    Attributes:
        done: whether nothing more will come, be it that the model failed.
    """

    def __init__(self, client, model, prompt, length, how):
        self.model = model
        self.done = False
        self._client = client
        self._prompt, self._length = prompt, length
        self._how = {name: [value] for name, value in how.items()}
        self._last = None
        self._text, self._position, self._seconds, self._note = "", 0, 0.0, ""

    def go_on(self, letters):
        """Write up to `letters` more; an error of the model becomes the sheet's note."""
        if self.done:
            return
        try:
            if self._last is None:
                self._last = self._ask("read", {"prompt": [self._prompt.encode()]})
            self._write(min(letters, self._length - self._position))
        except ServingError as error:
            self._note = parts.sentence(error, self._client, self.model)
        self.done = bool(self._note) or self._position >= self._length

    def _write(self, letters):
        start = time.perf_counter()
        last = {"token": self._last["token"], "state": self._last["state"]}
        given = last | {"length": [letters], "position": [self._position]} | self._how
        self._last = self._ask("write", given)
        self._seconds += time.perf_counter() - start
        self._text += self._last["text"][0].decode()
        self._position += letters

    def _ask(self, signature, inputs):
        return self._client.predict(self.model, inputs, signature=signature)

    def sheet(self):
        """What the page shows: the text so far, letters per second, a note, whether it is done."""
        speed = round(len(self._text) / self._seconds) if self._text else 0
        return {"text": self._text, "speed": speed, "note": self._note, "done": self.done}
