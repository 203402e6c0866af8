"""What an administrator may set about files."""

from traitlets import Bool, Float, Int
from traitlets.config import Configurable


class FilesSettings(Configurable):
    """Limits of spaces, files and their rooms."""

    max_file_bytes = Int(2 * 1024**3, min=1024, help="The largest file that may be uploaded.").tag(
        config=True
    )
    max_room_bytes = Int(
        5_000_000, min=1024, help="A larger text is a plain file: it cannot be edited together."
    ).tag(config=True)
    max_notebook_bytes = Int(256 * 1024**2, min=1024, help="A larger notebook is not opened.").tag(
        config=True
    )
    max_whole_bytes = Int(
        100 * 1024**2,
        min=1024,
        help="A notebook that is taken out holds its large outputs up to so many bytes in all; the others stay apart.",
    ).tag(config=True)
    max_open_bytes = Int(
        64 * 1024**2, min=1024, help="A larger plain file is downloaded, not opened in the page."
    ).tag(config=True)
    space_quota_bytes = Int(
        0, min=0, help="The most bytes a space may hold, where it has no limit of its own; 0 is no limit."
    ).tag(config=True)
    upload_hours = Int(
        24, min=1, help="Hours that an upload in pieces may be taken up again after a cut."
    ).tag(config=True)
    max_uploads = Int(100, min=1, help="The most uploads in pieces that a member has at once.").tag(
        config=True
    )
    max_zip_bytes = Int(
        4 * 1024**3, min=1024, help="The most bytes of files that are downloaded in one archive."
    ).tag(config=True)
    max_zip_entries = Int(
        20_000, min=1, help="The most files and folders that are downloaded in one archive."
    ).tag(config=True)
    max_copy_entries = Int(5_000, min=1, help="The most files and folders copied at once.").tag(config=True)
    max_entries = Int(100_000, min=100, help="The most files and folders of a space.").tag(config=True)
    trash_days = Int(30, min=1, help="Days until the trash is emptied.").tag(config=True)
    alias_days = Int(90, min=1, help="Days that a space's old name still leads to it.").tag(config=True)
    scan_seconds = Float(30.0, min=1.0, help="How often spaces are compared with the disk.").tag(config=True)
    missing_seconds = Float(
        2.0, min=0.0, help="A name that is missing on disk is believed to be deleted after so many seconds."
    ).tag(config=True)
    write_after_seconds = Float(
        1.0, min=0.0, help="A co-edited file is written to disk after so many quiet seconds."
    ).tag(config=True)
    write_at_most_seconds = Float(
        5.0, min=0.1, help="It is written after so many seconds even while somebody types."
    ).tag(config=True)
    members_create_spaces = Bool(True, help="Every member may create team spaces.").tag(config=True)
    welcome = Bool(True, help="A new workspace begins with two notebooks that show how to go on.").tag(
        config=True
    )

    def room_limit(self, name: str) -> int:
        """The most bytes that a file of this name may have to be edited together."""
        return self.max_notebook_bytes if name.endswith((".ipynb", ".sheet")) else self.max_room_bytes
