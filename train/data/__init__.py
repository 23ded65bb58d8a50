"""Loaders: each returns a `train.data.pipeline.Data`."""
