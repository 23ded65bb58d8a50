"""What made deep networks hard to train, and four answers, by experiment; see `__main__`."""
