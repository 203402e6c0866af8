"""What accounts do in the background."""

from openpaas_workspace.accounts.service.sessions import close_ended, purge, write_used
from openpaas_workspace.core.jobs import Job

JOBS: tuple[Job, ...] = (
    # another process may have ended a session: its sockets here close within two seconds
    Job("accounts.close_ended", 1.0, close_ended),
    Job("accounts.write_used", 30.0, write_used),
    Job("accounts.purge", 600.0, purge),
)
