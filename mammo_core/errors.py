"""Everything that can go wrong, as one tree.

    MammoError
    ├── ImageError                 the bytes or the picture
    │   ├── UnreadableImageError   not decodable, refused before decoding, or a kind we do not read
    │   ├── NotAMammogramError     decoded, but no mammogram is in it
    │   └── BreastNotFoundError    a mammogram, but no breast could be outlined
    ├── DatasetError               MIAS is missing, partial or altered
    ├── JobError                   long work cannot be started now
    ├── RecordError                the record of a reading is none, or of another version
    ├── TrainingError              an experiment cannot begin, go on or be shown
    ├── BatchError                 a run over many films cannot begin or go on
    ├── StoreError                 what is kept cannot be reached, or is not this visitor's
    └── BundleError                a model folder
        ├── ChecksumError          a file is not the one that was released
        └── ConfigMismatchError    settings or code differ from those the model was trained with

A message says what was expected, what came and what to do. Mistakes of the caller are ``ValueError``.
"""


class MammoError(Exception):
    """Base of every error this library raises on purpose."""


class ImageError(MammoError):
    """A file or picture cannot be used."""


class UnreadableImageError(ImageError):
    """The bytes cannot be decoded, or are refused before decoding."""


class NotAMammogramError(ImageError):
    """The picture was decoded, but it does not look like a mammogram."""


class BreastNotFoundError(ImageError):
    """No breast could be outlined on the film."""


class DatasetError(MammoError):
    """The MIAS database is missing, partial or altered."""


class JobError(MammoError):
    """Long work cannot be started now."""


class TrainingError(MammoError):
    """An experiment cannot begin, go on or be shown."""


class BatchError(MammoError):
    """A run over many films cannot begin or go on."""


class StoreError(MammoError):
    """What is kept cannot be reached, or does not belong to who asks."""


class RecordError(MammoError):
    """Something is no record of a reading, or one that this program does not understand."""


class BundleError(MammoError):
    """A model folder is missing, half-made or of a foreign schema."""


class ChecksumError(BundleError):
    """A file of a model folder is not the one that was released."""


class ConfigMismatchError(BundleError):
    """The running code or settings differ from those the model was trained with."""


def in_words(error: Exception) -> str:
    """Return why one film of several could not be worked on, for a person; an unforeseen error's own words may leak."""
    if isinstance(error, (MammoError, OSError)):
        return str(error)
    return f"unforeseen {type(error).__name__}; please report it with the kind of film"
