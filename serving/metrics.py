"""Counts and durations of calls in Prometheus' text format, named as TensorFlow Serving names them.

GET /monitoring/prometheus/metrics
"""

import threading
from bisect import bisect_left
from collections import Counter

PATH = "/monitoring/prometheus/metrics"

# Microseconds, as TensorFlow Serving's histograms are; 10 us to 2 min in steps of 1.8.
_BOUNDS = [10 * 1.8**i for i in range(29)]


class Metrics:
    """Thread-safe counters of calls by model and outcome, and their durations by model and API."""

    def __init__(self):
        self._lock = threading.Lock()
        self._calls = Counter()
        self._buckets = Counter()
        self._sums = Counter()

    def observe(self, target, code, seconds):
        """Count one call of a rest.Target that ended with a canonical code."""
        micros = seconds * 1e6
        key = (target.model, target.action)
        with self._lock:
            self._calls[target.model, code] += 1
            if code == "OK":
                self._buckets[*key, bisect_left(_BOUNDS, micros)] += 1
                self._sums[key] += micros

    def page(self):
        """The text of the metrics page."""
        with self._lock:
            return "\n".join([*self._counters(), *self._histograms()]) + "\n"

    def _counters(self):
        yield "# TYPE :tensorflow:serving:request_count counter"
        for (model, code), count in sorted(self._calls.items()):
            labels = f'model_name="{_escaped(model)}",status="{code}"'
            yield f":tensorflow:serving:request_count{{{labels}}} {count}"

    def _histograms(self):
        name = ":tensorflow:serving:request_latency"
        yield f"# TYPE {name} histogram"
        for model, action in sorted(self._sums):
            labels = f'model_name="{_escaped(model)}",API="{action}",entrypoint="REST"'
            total = 0
            for i, bound in enumerate([*_BOUNDS, "+Inf"]):
                total += self._buckets[model, action, i]
                yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
            yield f"{name}_sum{{{labels}}} {self._sums[model, action]}"
            yield f"{name}_count{{{labels}}} {total}"


def _escaped(text):
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
