"""A receiver of webhooks by Standard Webhooks 1.0, as one would write it: verify, keep, then say yes.

    python -m examples.receiver --file received.jsonl --secret whsec_…

Every message is on the disk before it is answered, so that what was accepted stays known when the receiver
is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

MOST_BYTES = 10 * 1024 * 1024


class Receiver:
    """Accepts alerts at `url`.

    async with Receiver(path) as receiver:
        ...                       # send to receiver.url
        receiver.ids              # in the order they were first accepted
    """

    def __init__(self, path: Path, *, secret: str = "", port: int = 0) -> None:
        """`path` is a JSON Lines file that is added to; with a `secret`, only signed messages are taken."""
        self.url = ""
        self.refused = 0  #: messages with a wrong signature
        self._path = path
        self._verifier = Webhook(secret) if secret else None
        self._port = port
        self._failures = 0
        self._runner: web.AppRunner | None = None
        self._seen = Counter(message["id"] for message in self.messages())

    @property
    def ids(self) -> list[str]:
        """Every id accepted, once, in the order of its first acceptance."""
        return list(self._seen)

    @property
    def repeats(self) -> int:
        """How many messages came under an id that had been accepted before."""
        return self._seen.total() - len(self._seen)

    def messages(self) -> list[dict[str, Any]]:
        """Everything accepted, repeats too: `{"id", "alert"}` in the order of acceptance."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]

    def fail(self, times: int) -> None:
        """Answer 500 to the next `times` messages, keeping nothing of them."""
        self._failures = times

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post("/alerts", self._accept)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/alerts"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _accept(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self._failures > 0:
            self._failures -= 1
            return web.Response(status=500)
        if self._verifier is not None:
            try:
                self._verifier.verify(body, dict(request.headers), json_parse=False)
            except WebhookVerificationError:
                self.refused += 1
                return web.Response(status=401)
        key = request.headers.get("webhook-id", "")
        self._keep({"id": key, "alert": json.loads(body)})
        self._seen[key] += 1
        return web.Response(status=204)

    def _keep(self, message: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


async def _serve(path: Path, secret: str, port: int) -> None:
    async with Receiver(path, secret=secret, port=port) as receiver:
        print(receiver.url, flush=True)
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Receive until stopped; the address goes to standard output."""
    parser = argparse.ArgumentParser(prog="python -m examples.receiver", description="Receive alerts.")
    parser.add_argument("--file", type=Path, default=Path("received.jsonl"), help="where messages are kept")
    parser.add_argument("--secret", default="", help='"whsec_…"; without it anything is taken')
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    chosen = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(chosen.file, chosen.secret, chosen.port))


if __name__ == "__main__":
    main()
