"""Import TensorFlow without the dozen lines its C++ parts print before they can be told not to.

And without Keras, which it would import for the sake of optimizers, pandas along with it: half a
second that a server has no use for.  `tf.keras` is there all the same, when it is asked for.
"""

import gc
import importlib
import os
import sys
import threading
from contextlib import contextmanager

# Two threads that import different parts of TensorFlow at a time wait for each other for ever.
_lock = threading.Lock()


@contextmanager
def quiet_stderr():
    """Send what is written to file descriptor 2 nowhere, from any language."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _without_keras():
    """Have TensorFlow believe that Keras is not installed, as its `__init__` allows for."""
    real = importlib.import_module

    def refusing(name, package=None):
        if name == "keras.src.optimizers":
            raise ImportError(name)
        return real(name, package)

    importlib.import_module = refusing
    try:
        yield
    finally:
        importlib.import_module = real


@contextmanager
def _without_collection():
    """Keep the garbage collector from looking through 300,000 new objects again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def import_tensorflow():
    """Import TensorFlow and look for devices, quietly; a failing import raises as ever.

    Every thread that needs TensorFlow or its protos first calls this.
    """
    with _lock:
        if "tensorflow" in sys.modules:
            return
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        with quiet_stderr(), _without_keras(), _without_collection():
            import tensorflow as tf

            tf.config.list_physical_devices()
            tf.constant(0)  # the device search proper
