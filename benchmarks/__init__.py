"""One file, one comparison with a named peer, both measured in one run."""
