"""Flickr8k for tensorflow-datasets, from the folder that one unpacks the original download into.

    from train.data.flickr8k import Flickr8k

    builder = Flickr8k()
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(manual_dir="FOLDER")
    )
    for example in builder.as_dataset(split="train"):  # or "validation", "test"
        example["image"], example["captions"]

`zoo train` itself reads the folder (train/data/captions.py): a prepared copy would be used on when
the folder is another one or has changed.
"""

import io

import tensorflow_datasets as tfds

from train.data import captions

SPLITS = {"train": "train", "validation": "dev", "test": "test"}


class Flickr8k(tfds.core.GeneratorBasedBuilder):
    """8,091 photographs with five captions each; `image` (rows, columns, 3) uint8, `captions`."""

    VERSION = tfds.core.Version("1.0.0")
    MANUAL_DOWNLOAD_INSTRUCTIONS = captions.__doc__

    def _info(self):
        features = {
            "name": tfds.features.Text(),
            "image": tfds.features.Image(shape=(None, None, 3), encoding_format="jpeg"),
            "captions": tfds.features.Sequence(tfds.features.Text()),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "captions"),
            homepage="https://hockenmaier.cs.illinois.edu/8k-pictures.html",
            citation="Hodosh, Young & Hockenmaier (2013), Framing Image Description as a Ranking "
            "Task, Journal of Artificial Intelligence Research 47:853-899",
        )

    def _split_generators(self, dl_manager):
        photos = captions.read(str(dl_manager.manual_dir))
        return {split: self._generate_examples(photos[own]) for split, own in SPLITS.items()}

    def _generate_examples(self, photos):
        for photo in photos:
            yield (
                photo.name,
                {
                    "name": photo.name,
                    "image": io.BytesIO(photo.data),
                    "captions": list(photo.captions),
                },
            )
