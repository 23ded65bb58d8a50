"""Joining concurrent calls of one signature into one run, and splitting the answer again.

Calls that arrive in one round of the event loop go to a free thread together; those that come
while all threads are busy wait, and the next free thread takes as many of them as fit into one
batch.  So a single caller never waits for company, and under load batches grow by themselves.
`batch_timeout_micros` makes the first call wait for others, as TensorFlow Serving does.

A batch that fails is halved and run again until the failure is its owner's alone.
"""

import asyncio
import os
import time
import weakref
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from serving.errors import ServingError


@dataclass(frozen=True)
class Batching:
    """Limits, named as in TensorFlow Serving's --batching_parameters_file.

    max_batch_size: rows in one run; a call that has more runs alone.
    batch_timeout_micros: how long the first call waits for others to fill the batch.
    num_batch_threads: runs of one signature at a time.
    max_enqueued_batches: full batches that may wait; then calls are refused (UNAVAILABLE).
    allowed_batch_sizes: if any, a batch is filled up to the next of them with its own first row.
    pad_variable_length_inputs: join inputs that differ in other dimensions than the first, each
        padded at its end with its own first value; else only equal shapes are joined.
    """

    max_batch_size: int = 64
    batch_timeout_micros: int = 0
    num_batch_threads: int = os.cpu_count() or 4
    max_enqueued_batches: int = 100
    allowed_batch_sizes: tuple = ()
    pad_variable_length_inputs: bool = False


DEFAULTS = Batching()


@dataclass(slots=True)
class _Call:
    tensors: dict
    rows: int
    future: asyncio.Future
    arrived: float = field(default_factory=time.monotonic)


class Queue:
    """The calls of one signature that wait for a thread; lives on one event loop.

    Args:
        signature: a `model.Signature`.
        batching: the limits; None runs every call alone.
        pool: a concurrent.futures.Executor.
        observe: called with the model's folder, the rows and the seconds of every run.
    """

    def __init__(self, signature, batching, pool, observe):
        self._signature = weakref.proxy(signature)  # the engine keeps queues by signature
        self._limits = batching or Batching()
        self._joins = batching is not None and signature.by_row
        self._pool = pool
        self._observe = observe
        self._groups = {}  # what can be joined -> deque of calls; the group to serve next first
        self._rows = 0  # waiting
        self._running = 0
        self._timer = None
        self._due = False  # whether this round of the loop will end with a start

    def submit(self, tensors):
        """The future of {output name: array}; raises ServingError if the call cannot be taken."""
        self._signature.check(tensors)
        rows, group = self._group(tensors)
        most = self._limits.max_batch_size * self._limits.max_enqueued_batches
        if self._rows and self._rows + rows > most:
            raise ServingError(
                "UNAVAILABLE",
                "The batch scheduling queue to which this task was submitted is full: "
                f"{self._rows} rows wait; send fewer calls at a time, or raise "
                "max_enqueued_batches in the batching parameters",
            )
        loop = asyncio.get_running_loop()
        call = _Call(tensors, rows, loop.create_future())
        self._groups.setdefault(group, deque()).append(call)
        self._rows += rows
        if not self._due:
            self._due = True
            loop.call_soon(self._start)
        return call.future

    def _group(self, tensors):
        """Rows of a call, and what it has in common with those that it can be joined with."""
        counts = {len(array) for array in tensors.values()} if self._joins else set()
        if len(counts) != 1 or 0 in counts:
            return 1, None
        pads = self._limits.pad_variable_length_inputs
        shape = "ndim" if pads else "shape"
        return counts.pop(), tuple(
            (name, array.dtype.char, getattr(array, shape) if pads else array.shape[1:])
            for name, array in tensors.items()
        )

    def _start(self):
        """Give waiting calls to free threads."""
        self._due = False
        while self._groups and self._running < self._limits.num_batch_threads:
            batch = self._next_batch()
            if not batch:
                return
            self._running += 1
            loop = batch[0].future.get_loop()
            self._pool.submit(self._run, loop, batch)

    def _next_batch(self):
        for group, calls in self._groups.items():
            wait = self._wait(group, calls)
            if wait <= 0:
                return self._take(group, calls)
            if self._timer is None:
                loop = calls[0].future.get_loop()
                self._timer = loop.call_later(wait, self._wake)
        return None

    def _wait(self, group, calls):
        """Seconds that a group must still wait for company."""
        timeout = self._limits.batch_timeout_micros / 1e6
        if group is None or not timeout:
            return 0
        if sum(call.rows for call in calls) >= self._limits.max_batch_size:
            return 0
        return calls[0].arrived + timeout - time.monotonic()

    def _wake(self):
        self._timer = None
        self._start()

    def _take(self, group, calls):
        batch = [calls.popleft()]
        rows = batch[0].rows
        while group and calls and rows + calls[0].rows <= self._limits.max_batch_size:
            rows += calls[0].rows
            batch.append(calls.popleft())
        self._rows -= rows
        del self._groups[group]
        if calls:  # the others first
            self._groups[group] = calls
        return batch

    def _run(self, loop, batch):
        """In a thread."""
        wanted = [call for call in batch if not call.future.done()]  # some gave up meanwhile
        results = self._results(wanted) if wanted else []
        loop.call_soon_threadsafe(self._finish, wanted, results)

    def _finish(self, batch, results):
        self._running -= 1
        for call, result in zip(batch, results, strict=True):
            if call.future.done():
                continue
            if isinstance(result, Exception):
                call.future.set_exception(result)
            else:
                call.future.set_result(result)
        self._start()

    def _results(self, batch):
        """The outputs of each call, or its exception."""
        try:
            if len(batch) == 1:
                return [self._timed(batch[0].tensors, batch[0].rows)]
            outputs = self._joined(batch)
            if outputs is not None:
                return outputs
            self._joins = False  # it does not answer by row, whatever it declares
        except Exception as error:
            if len(batch) == 1:
                return [error]
        half = len(batch) // 2
        return self._results(batch[:half]) + self._results(batch[half:])

    def _joined(self, batch):
        """The outputs of each call of several, or None where the rows do not come back."""
        rows = sum(call.rows for call in batch)
        size = min((s for s in self._limits.allowed_batch_sizes if s >= rows), default=rows)
        tensors = {
            name: join([call.tensors[name] for call in batch], size) for name in batch[0].tensors
        }
        outputs = self._timed(tensors, size)
        if not all(array.ndim and len(array) == size for array in outputs.values()):
            return None
        ends = np.cumsum([call.rows for call in batch]).tolist()
        return [
            {name: array[end - call.rows : end] for name, array in outputs.items()}
            for call, end in zip(batch, ends, strict=True)
        ]

    def _timed(self, tensors, rows):
        start = time.monotonic()
        outputs = self._signature.run(tensors)
        self._observe(self._signature.path, rows, time.monotonic() - start)
        return outputs


def join(arrays, rows):
    """One array of the arrays' rows, `rows` in all: missing ones are copies of the first.

    Arrays that differ in other dimensions than the first are padded at the end with their own
    first value.
    """
    shape = tuple(map(max, zip(*(array.shape[1:] for array in arrays), strict=True)))
    arrays = [_padded(array, shape) for array in arrays]
    missing = rows - sum(map(len, arrays))
    if missing:
        arrays.append(np.repeat(arrays[0][:1], missing, axis=0))
    return np.concatenate(arrays)


def _padded(array, shape):
    if array.shape[1:] == shape:
        return array
    if not array.size:
        raise ServingError("INVALID_ARGUMENT", "an empty input cannot be padded to others")
    padded = np.full((len(array), *shape), array.flat[0], array.dtype)
    padded[tuple(map(slice, array.shape))] = array
    return padded
