"""Settings of the workspace (traitlets: `openpaas_config.py` or `--Settings.trait=`)."""

from pathlib import Path

from traitlets import Bool, Int, List, Unicode
from traitlets.config import Configurable


class Settings(Configurable):
    """What an administrator may set for the whole workspace."""

    data_dir = Unicode("", help="Folder of everything this server owns.").tag(config=True)
    database_url = Unicode(
        "", help="Database URL: sqlite:///… or postgresql://…; empty means SQLite in the data folder."
    ).tag(config=True)
    organisation = Unicode(
        "", help="Name of the organisation, shown on the login page and above its files."
    ).tag(config=True)
    default_locale = Unicode(
        "fr_FR", help="Language of those who have not chosen one and whose browser asks for none we have."
    ).tag(config=True)
    demo = Bool(False, help="Seed demo members and content; loopback only.").tag(config=True)
    single_member = Bool(
        False, help="Run kernels without a sandbox, on loopback, with exactly one account."
    ).tag(config=True)
    trusted_proxies = List(
        Unicode(), help="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto count."
    ).tag(config=True)
    secure_cookies = Bool(False, help="Set by --tls and --behind-proxy: cookies travel over HTTPS only.").tag(
        config=True
    )
    event_retention_days = Int(365, min=180, max=1095, help="Days that the event log is kept.").tag(
        config=True
    )

    def database(self) -> str:
        """The URL of the database: the configured one, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{Path(self.data_dir) / 'workspace.db'}"
