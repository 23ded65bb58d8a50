"""Where calls from all fronts (REST, gRPC) meet the models: off the event loop, in threads.

with engine.store.use(name, number, label) as version:
    outputs = await engine.run(version.model.signature("serving_default"), tensors)
"""

import asyncio
import weakref
from concurrent.futures import ThreadPoolExecutor

from serving.batching import DEFAULTS, Queue
from serving.errors import ServingError

# TensorFlow runs without Python's lock, on as many cores as there are; each signature has a few
# of these threads at most, so that a slow model leaves some for the others.
_THREADS = 64


class Engine:
    """Runs signatures for the calls of one event loop.

    Args:
        store: the Store whose models are called.
        batching: how concurrent calls are joined; None runs each alone.
        observe_run: called with the model's folder, the rows and the seconds of every run, in any
            thread.
        timeout: seconds that a call may take unless it says otherwise; None: for ever.
    """

    def __init__(
        self, store, batching=DEFAULTS, observe_run=lambda path, rows, seconds: None, timeout=None
    ):
        self.store = store
        self.timeout = timeout
        self._batching = batching
        self._observe = observe_run
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        self._queues = weakref.WeakKeyDictionary()  # by signature: gone when it is unloaded
        self._loop = None

    async def run(self, signature, tensors, timeout=None):
        """Map {input name: array} to {output name: array} by a `model.Signature`.

        Raises ServingError when the tensors do not fit the signature, the graph refuses them, too
        many calls wait, or the answer takes longer than `timeout` seconds.
        """
        queue = self._queues.get(signature)
        if queue is None:
            queue = Queue(signature, self._batching, self._pool, self._observe)
            self._queues[signature] = queue
        future = queue.submit(tensors)
        seconds = self.timeout if timeout is None else timeout
        if seconds is None:
            return await future
        timer = asyncio.get_running_loop().call_later(seconds, _expire, future, seconds)
        try:
            return await future
        finally:
            timer.cancel()

    def attach(self):
        """Have `run_from_thread` use the running event loop."""
        self._loop = asyncio.get_running_loop()

    def run_from_thread(self, signature, tensors):
        """`run` for a thread that may wait, such as one of the page's."""
        return asyncio.run_coroutine_threadsafe(self.run(signature, tensors), self._loop).result()

    async def off_loop(self, function, *args):
        """What `function(*args)` returns, called in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)


def _expire(future, seconds):
    if not future.done():
        message = f"no answer within {seconds:g} s, the most a call may take"
        future.set_exception(ServingError("DEADLINE_EXCEEDED", message))
