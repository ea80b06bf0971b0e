"""The errors that are meant for the person who runs anchorspend."""


class AnchorspendError(Exception):
    """Something the user can put right: one sentence that names the fault and the way out."""


class RefusedFileError(AnchorspendError):
    """A published file that cannot be read as payments, with the structural cause."""
