"""What the server runs: `granian --interface asgi incubator.asgi:app`."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

from incubator.app import create_app
from incubator.settings import Settings


def end_with_the_supervisor() -> None:
    """Stop this worker when the process that started it is gone.

    A supervisor that was killed cannot tell its workers, and they would hold the port against the next start.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_stop_after, args=(supervisor,), daemon=True).start()


def _stop_after(supervisor: BaseProcess) -> None:
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)


end_with_the_supervisor()
app = create_app(Settings.from_env())
