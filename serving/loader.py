"""The loading thread: makes what is served equal to what is wanted.

It looks at the disk, loads and unloads, one version after the other; only at the start, when no
call can be slowed down, as many at a time as there are cores, the smallest graphs first.  A new
version is loaded and warmed up while the old one is served; then it takes over, and only then the
old one is closed, when its last call has ended.  A version that cannot be loaded is tried again
some times, and the old one stays.  Nothing on disk is ever changed.

Source: tensorflow_serving/core/aspired_versions_manager.cc
"""

import contextlib
import ctypes
import functools
import gc
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

from serving.errors import ServingError
from serving.quiet import import_tensorflow
from serving.watch import GONE, Watch, graph_bytes

log = logging.getLogger("serving")


class Loader:
    """Follows a plan.

    Args:
        plan: the serving.plan.Plan.
        versions: the serving.versions.Versions to change.
        poll_seconds, config_poll_seconds: see Store.
        retries: (how many, how many seconds apart).
    """

    def __init__(self, plan, versions, *, poll_seconds, config_poll_seconds, retries):
        self.settled = threading.Event()
        self._plan = plan
        self._versions = versions
        self._poll = _Timer(poll_seconds)
        self._config_poll = _Timer(config_poll_seconds)
        self._retries = retries
        self._watch = Watch()
        self._found = {}  # {name: watch.Found} at the last look
        self._told = {}  # complaints, so as not to repeat them at every look
        self._turning = threading.Lock()
        self._stopped = False
        self._followed = -1  # the number of the last plan whose versions have all been tried
        self._answer = threading.Condition()

    def run(self):
        """Go on until `stop`."""
        with contextlib.suppress(ImportError):  # that every version will say
            _spare_the_collector()
        while not self._stopped:
            try:
                self.turn()
                self._told.pop("fault", None)
            except Exception as error:  # a fault of ours must not end the looking
                self._tell("fault", f"looking for models failed: {error!r}", exc_info=True)
            self._versions.wake.wait(self._pause())
            self._versions.wake.clear()

    def stop(self):
        self._stopped = True
        self._versions.wake.set()
        with self._answer:
            self._answer.notify_all()

    def wait_for(self, number, timeout):
        """Wait until the versions of that plan, or of a later one, have been tried.

        Raises ServingError: DEADLINE_EXCEEDED after `timeout` seconds, UNAVAILABLE after `stop`.
        """
        self._versions.wake.set()
        with self._answer:
            done = self._answer.wait_for(lambda: self._followed >= number or self._stopped, timeout)
        if self._stopped:
            raise ServingError("UNAVAILABLE", "the server is about to stop")
        if not done:
            text = f"models are still being loaded after {timeout:g} s; the server goes on"
            raise ServingError("DEADLINE_EXCEEDED", text)

    def _pause(self):
        """Seconds until there is something to do; None: until somebody asks."""
        due = (self._poll.due, self._config_poll.due, self._versions.next_retry())
        due = [moment for moment in due if moment is not None]
        return max(0, min(due) - time.monotonic()) if due else None

    def turn(self, at_once=False):
        """Look if it is time, load what is new, close what has been replaced.

        at_once: look now, and do not wait for a second look before a new version is tried.
        """
        with self._turning:
            self._read_config()
            number = self._plan.number
            try:
                if at_once or number > self._followed:
                    self.look()
                elif self._poll.is_due:
                    self.look(at_once=False)
                self._act()
            finally:
                self._answer_for(number)

    def _answer_for(self, number):
        if not self._stopped:
            self.settled.set()
            with self._answer:
                self._followed = number
                self._answer.notify_all()

    def _read_config(self):
        if not self._config_poll.is_due:
            return
        self._config_poll.restart()
        try:
            self._plan.read_again(self._versions.is_available)
            self._told.pop("configuration", None)
        except ServingError as error:
            self._tell("configuration", f"the configuration stays as it was: {error.message}")

    def look(self, at_once=True):
        """See what there is on disk: {name: watch.Found}; what cannot be read is as it was."""
        self._poll.restart()
        try:
            models = self._plan.models()
            self._told.pop("models", None)
        except OSError as error:
            self._tell("models", f"cannot read {self._plan.base_path}: {error.strerror}")
            return self._found
        self._watch.turn()
        self._versions.labels = self._plan.labels  # published with the versions
        self._found = {name: self._look_for(model, at_once) for name, model in models.items()}
        for name in {*self._found, *self._versions.names()}:
            self._versions.follow(name, self._found.get(name, GONE))
        return self._found

    def _look_for(self, model, at_once):
        try:
            found = self._watch.look(model, self._versions.sound(model.name), at_once)
            self._told.pop(model, None)
            return found
        except OSError as error:
            self._tell(model, f"model {model.name}: {model.base_path}: {error.strerror}")
            return self._found.get(model.name, GONE)

    def _tell(self, key, text, **options):
        if self._told.get(key) != text:
            self._told[key] = text
            log.error("%s", text, **options)

    def _act(self):
        names = self._versions.names()
        for name in names:
            self._retire(name)
        if not self.settled.is_set():
            self._load_together(names)
        for name in names:
            while version := self._versions.to_load(name, time.monotonic()):
                if self._stopped:
                    return
                self._publish(version, self._try(version))
                self._retire(name)
        self._sweep()

    def _load_together(self, names):
        """Load the latest version of each model; this thread publishes what others have loaded."""
        due = [self._versions.to_load(name, time.monotonic()) for name in names]
        due = sorted(filter(None, due), key=lambda version: graph_bytes(version.path))
        with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="load") as pool:
            loading = {pool.submit(self._try, version): version for version in due}
            for future in as_completed(loading):
                if seconds := future.result():
                    self._publish(loading[future], seconds)

    def _try(self, version):
        """Load a version, unless the server is to stop; returns the seconds that it took."""
        if self._stopped:
            return None
        start = time.monotonic()
        version.load(*self._retries)
        return time.monotonic() - start

    def _publish(self, version, seconds):
        self._versions.publish(version.name)
        if version.error:
            give_back_memory()
        else:
            log.info("%s is ready (%.1f s)", version, seconds)

    def _retire(self, name):
        self._versions.retire(name, self._found.get(name, GONE))
        self._sweep()

    def _sweep(self):
        if self._versions.sweep():
            give_back_memory()


class _Timer:
    """Due with a period above 0, that many seconds after each `restart`."""

    def __init__(self, seconds):
        self._seconds = seconds
        self.restart()

    def restart(self):
        self.due = time.monotonic() + self._seconds if self._seconds > 0 else None

    @property
    def is_due(self):
        return self.due is not None and time.monotonic() >= self.due


@functools.cache
def _spare_the_collector():
    """Keep TensorFlow's own objects out of garbage collection.

    There are 300,000 of them; looking through them at every unloading would hold up all calls for
    a fifth of a second.  No model is loaded yet, so none is kept alive by this.
    """
    import_tensorflow()
    gc.freeze()


def give_back_memory():
    """Return to the system what an unloaded model leaves: a graph full of cycles, freed heap."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
