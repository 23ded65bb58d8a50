"""gensim's side of `benchmarks.word_vectors`; runs in gensim's own environment.

    python benchmarks/word_vectors_gensim.py TEXT VECTORS SETTINGS

TEXT: lines of words; VECTORS: where they go, binary; SETTINGS: JSON of `Word2Vec`'s arguments.
Prints JSON: seconds and seconds of CPU of training alone, the vocabulary's size.
"""

import json
import sys
import time

from gensim.models import Word2Vec


def main():
    text, vectors, settings = sys.argv[1:]
    settings = json.loads(settings)
    model = Word2Vec(**settings)
    # reading from a file is the faster of its two ways: no Python between the words
    model.build_vocab(corpus_file=text)
    start, cpu = time.monotonic(), time.process_time()
    model.train(
        corpus_file=text,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=settings["epochs"],
    )
    taken = {"seconds": time.monotonic() - start, "cpu": time.process_time() - cpu}
    model.wv.save_word2vec_format(vectors, binary=True)
    print(json.dumps({**taken, "vocab": len(model.wv)}))


if __name__ == "__main__":
    main()
