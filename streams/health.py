"""The monitor's own HTTP server: /metrics for Prometheus, /healthz and /readyz for whoever supervises the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from tallywire.metrics import Metrics

Check = Callable[[], list[str]]  # what is wrong, in words; empty is fine


class HealthServer:
    """Serves on one address until closed.

    /healthz answers 200 while the process works; /readyz answers 200 once it takes articles in, else 503 with reasons.
    """

    def __init__(self, listen: str, metrics: Metrics, *, alive: Check, ready: Check) -> None:
        """`listen` is host:port; port 0 picks a free one, told by `address` once started."""
        host, _, port = listen.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._metrics = metrics
        application = web.Application()
        application.router.add_get("/metrics", self._expose)
        application.router.add_get("/healthz", _answer(alive))
        application.router.add_get("/readyz", _answer(ready))
        self._runner = web.AppRunner(application, access_log=None)
        self.address = ""

    async def start(self) -> None:
        """Begin to serve.  Raises `OSError` where the address is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def close(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()

    async def _expose(self, request: web.Request) -> web.Response:
        body, content_type = self._metrics.expose(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


def _answer(check: Check) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        wrong = check()
        body = {"status": "failing", "reasons": wrong} if wrong else {"status": "ok"}
        return web.json_response(body, status=503 if wrong else 200)

    return handler
