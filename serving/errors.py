"""One exception for everything that can go wrong while serving.

It carries the canonical code of gRPC, the vocabulary of TensorFlow and TensorFlow Serving alike.
"""

import re

# In the order of their gRPC numbers, so that a tf.errors.OpError's `error_code` is an index.
_HTTP = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}
_CODES = list(_HTTP)

# What TensorFlow wraps around a kernel's own sentence: the traceback of the model's author,
# the function's and the node's names, the number of an assertion.
_DECORATION = [
    r"^Graph execution error:\s*",
    r"Detected at node .*?(?:<stack traces unavailable>|(?=\n\S))",
    r"<stack traces unavailable>",
    r"\{\{function_node .*?\}\}\s*",
    r"\{\{node .*?\}\}\s*",
    r"\[\[.*?\]\]",
    r"\[Op:[^\]]*\](?: name: \S*)?",
    r"\nNode: '[^']*'(?=\n)",
]
_NOISE = re.compile("|".join(_DECORATION), re.DOTALL)
_FIRST_OF_MANY = re.compile(
    r"root error\(s\) found\.\s*\(0\) [A-Z_ ]+: (.*?)\n\s*(?:\(1\) |\d+ successful)", re.DOTALL
)
_ASSERTION = re.compile(r"assertion failed: \[(.*)\]$", re.DOTALL)


class ServingError(Exception):
    """A failure to tell the client about.

    Attributes:
        code: canonical gRPC code such as "NOT_FOUND".
        message: what was seen, what was expected and, where it helps, what to do.
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message

    def __str__(self):
        return f"{self.code}: {self.message}"

    @property
    def http_status(self):
        return _HTTP[self.code]


def invalid(message):
    return ServingError("INVALID_ARGUMENT", message)


def not_found(message):
    return ServingError("NOT_FOUND", message)


def from_tensorflow(error):
    """The ServingError that says what a tf.errors.OpError says, without the decoration."""
    return ServingError(_CODES[error.error_code], plain(error.message))


def from_http(status, message):
    """The ServingError that a server's HTTP answer stands for."""
    for code in ("INVALID_ARGUMENT", "UNKNOWN", *_CODES):  # the likelier of those that share one
        if _HTTP[code] == status:
            return ServingError(code, message)
    return ServingError("UNKNOWN", f"HTTP {status}: {message}")


def plain(message):
    """The sentence that the model's author wrote, out of TensorFlow's message around it."""
    first = _FIRST_OF_MANY.search(message)
    text = _NOISE.sub("", first[1] if first else message).strip()
    assertion = _ASSERTION.search(text)
    if assertion:
        # TensorFlow writes an assertion's strings with their quotation marks escaped
        text = assertion[1].replace("] [", " ").replace('\\"', '"')
    return re.sub(r"\s*\n\s*", " ", text) or message.strip()
