"""What TensorFlow wraps around a sentence is taken off; these wrappings are TensorFlow 2.21's."""

import pytest

from serving.errors import ServingError, from_http, plain

GRAPH = (
    "Graph execution error:\n\nDetected at node map/while/A defined at (most recent call last):\n"
)
ENDS = "\n\t [[{{node map/while/A}}]] [Op:__inference_signature_wrapper_282]"


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (f"{GRAPH}<stack traces unavailable>\nno image{ENDS}", "no image"),
        (
            f'{GRAPH}  File "a.py", line 2, in f\n\n  File "b.py", line 3\n\nno image{ENDS}',
            "no image",
        ),
        (f"{GRAPH}<stack traces unavailable>\nassertion failed: [empty]{ENDS}", "empty"),
        ("assertion failed: [got] [3] [of [1 2]]\n\t [[{{node A}}]]", "got 3 of [1 2]"),
        ("{{function_node __wrapped__X_device_/job:a/task:0}} no image [Op:X] name: ", "no image"),
        (
            "Graph execution error:\n\nDetected at node 'A' defined at (most recent call last):\n"
            "    File \"a.py\", line 2, in f\nNode: 'A'\nno image\n\t [[{{node A}}]]",
            "no image",
        ),
        (
            "2 root error(s) found.\n  (0) INVALID_ARGUMENT: no image\n\t [[{{node A}}]]\n"
            "  (1) INVALID_ARGUMENT: no image\n\t [[{{node A}}]]\n0 successful operations.\n"
            "0 derived errors ignored. [Op:__inference_f_1]",
            "no image",
        ),
        ("two\n  lines", "two lines"),
        ("[[only a node]]", "[[only a node]]"),
    ],
)
def test_plain(message, sentence):
    assert plain(message) == sentence


@pytest.mark.parametrize(
    "code", ["INVALID_ARGUMENT", "NOT_FOUND", "UNIMPLEMENTED", "UNAVAILABLE", "RESOURCE_EXHAUSTED"]
)
def test_a_code_survives_http(code):
    assert from_http(ServingError(code, "").http_status, "").code == code
