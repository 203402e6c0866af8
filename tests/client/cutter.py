"""A wire to the server that is cut in the middle: of the request, or of the answer."""

import socket
import threading
from contextlib import suppress

_PIECE = 65_536


class Cutter:
    """Listens on a port of its own. `after_sent` and `after_got` are how many bytes pass before the next cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cuts = 0
        self.after_sent: list[int] = []
        self.after_got: list[int] = []
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                pair = (near, far)
                for source, target, budgets in ((near, far, self.after_sent), (far, near, self.after_got)):
                    threading.Thread(
                        target=self._carry, args=(source, target, budgets, pair), daemon=True
                    ).start()

    def _carry(
        self,
        source: socket.socket,
        target: socket.socket,
        budgets: list[int],
        pair: tuple[socket.socket, ...],
    ) -> None:
        with suppress(OSError):
            while data := source.recv(_PIECE):
                if budgets:
                    budgets[0] -= len(data)
                    if budgets[0] < 0:
                        # What was within the budget arrives, the rest never does.
                        kept = data[: len(data) + budgets.pop(0)]
                        self.cuts += 1
                        target.sendall(kept)
                        break
                target.sendall(data)
        for one in pair:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
