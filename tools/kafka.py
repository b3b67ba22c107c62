"""A real Kafka on this machine, for developers and tests: `python -m tools.kafka` runs one until it is told to stop.

The broker's jars come from Maven Central by version (`tools/broker/pom.xml`), once, into a cache; their checksums stand
beside it (`sha256sums`).  A cluster is one process a node (KRaft, no ZooKeeper), on free ports of the loopback address,
with a data folder of its own.  Each node is a process that was started here and is ended by its id.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.kafka_security import LISTENER, Security

RECIPE = Path(__file__).parent / "broker"
LOOPBACK = "127.0.0.1"
PATIENCE = 180.0  # seconds for a node to start, or to end by itself
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
CLUSTER = "dGFsbHl3aXJlLWJyb2tlcg"  # 16 bytes in base64, as Kafka wants a cluster's id

#: Small, quick to start, nothing kept in step with a disk: what is killed here is the process, not the machine.
JAVA = (
    "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
    "-Dlog4j2.level=WARN", "-Djava.awt.headless=true",
)  # fmt: skip

PROPERTIES = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{address},CONTROLLER://{controller}{more_listeners}
advertised.listeners=PLAINTEXT://{address}{more_listeners}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor={nodes}
offsets.topic.replication.factor={nodes}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={nodes}
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor={nodes}
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=6000
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=8388608
controlled.shutdown.enable=true
{security}"""


class BrokerError(Exception):
    """There is no broker to be had; the message says why and what helps."""


def missing() -> str | None:
    """Why no broker can be started on this machine, in words; None where one can."""
    for program, package in (("java", "a Java runtime, 17 or later"), ("mvn", "Maven")):
        if shutil.which(program) is None and not (program == "mvn" and _complete(_cache())):
            return f"no {program} on the path: install {package}, or name a broker in TALLYWIRE_TEST_KAFKA"
    return None


def jars() -> Path:
    """The folder that holds the broker's jars, each checked; fetched first where they are not there yet.

    Raises `BrokerError` where they cannot be fetched or are not what they should be.
    """
    cache = _cache()
    if not _complete(cache):
        _fetch(cache)
    for name, expected in _checksums().items():
        found = hashlib.sha256((cache / name).read_bytes()).hexdigest()
        if found != expected:
            raise BrokerError(
                f"{cache / name} has another checksum than {RECIPE / 'sha256sums'} says: delete it"
            )
    return cache


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    recipe = hashlib.sha256((RECIPE / "sha256sums").read_bytes()).hexdigest()[:12]
    return Path(root) / "tallywire" / f"kafka-{recipe}"


def _complete(cache: Path) -> bool:
    return all((cache / name).exists() for name in _checksums())


def _checksums() -> dict[str, str]:
    lines = (RECIPE / "sha256sums").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split() for line in lines)}


def _fetch(cache: Path) -> None:
    """Maven brings the jars into a draft folder, which takes the cache's name once it is whole."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.write("fetching Apache Kafka from Maven Central …\n")
    with tempfile.TemporaryDirectory(dir=cache.parent) as draft:
        command = ["mvn", "--batch-mode", "--quiet", f"--file={RECIPE / 'pom.xml'}", PLUGIN]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={draft}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BrokerError(f"Maven could not fetch Kafka: {done.stdout.strip()[-2000:]}")
        cache.mkdir(exist_ok=True)
        for jar in Path(draft).glob("*.jar"):
            jar.replace(cache / jar.name)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Node:
    """One broker process, which can be killed, stopped for a while and started again on the same data."""

    def __init__(self, number: int, folder: Path, port: int, secured_port: int) -> None:
        self.number = number
        self.folder = folder
        self.address = f"{LOOPBACK}:{port}"
        self.secured_address = f"{LOOPBACK}:{secured_port}"  #: where the cluster is secured
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id.  Raises `BrokerError` where none runs."""
        if self._process is None:
            raise BrokerError(f"node {self.number} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start the process; `wait` says when it serves."""
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_mortal(), *_java("kafka.Kafka", str(self.folder / "server.properties"))],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for whoever started it to pass on
            )

    def wait(self, patience: float = PATIENCE) -> None:
        """Until the node takes connections.  Raises `BrokerError` with its last words where it does not."""
        host, port = self.address.split(":")
        end = time.monotonic() + patience
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            try:
                with socket.create_connection((host, int(port)), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        words = (self.folder / "broker.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        raise BrokerError(f"node {self.number} does not serve at {self.address}: {words}")

    def stop(self) -> None:
        """Ask it to end, and make it end where it does not."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Cluster:
    """One node or several on this machine; a context manager that ends them and removes what they kept."""

    def __init__(
        self,
        nodes: int = 1,
        *,
        port: int | None = None,
        folder: Path | None = None,
        secured: bool = False,
    ) -> None:
        """`port` is the first node's, a free one where None; `folder` is kept where it is given.

        `secured` nodes also listen where TLS and a password are asked for (see `tools.kafka_security`).
        """
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="tallywire-kafka-"))
        self.security = Security(self.folder, LOOPBACK) if secured else None
        ports = free_ports(3 * nodes)
        if port is not None:
            ports[0] = port
        plain, secure, controlling = ports[:nodes], ports[nodes : 2 * nodes], ports[2 * nodes :]
        self.nodes = [
            Node(number, self.folder / f"node-{number}", *both)
            for number, both in enumerate(zip(plain, secure, strict=True), 1)
        ]
        self._controllers = [f"{LOOPBACK}:{port}" for port in controlling]

    @property
    def brokers(self) -> str:
        """Where clients begin: `host:port`, several with commas between them."""
        return ",".join(node.address for node in self.nodes)

    @property
    def secured_brokers(self) -> str:
        """The same over TLS with a password."""
        return ",".join(node.secured_address for node in self.nodes)

    def start(self) -> Self:
        """Start every node and wait until all serve."""
        for node in self.nodes:
            if not (node.folder / "server.properties").exists():
                self._format(node)
            node.start()
        for node in self.nodes:
            node.wait()
        return self

    def stop(self) -> None:
        """End every node."""
        for node in self.nodes:
            node.stop() if len(self.nodes) == 1 else node.kill()  # without a quorum no clean end is to be had
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _format(self, node: Node) -> None:
        node.folder.mkdir(parents=True)
        properties = node.folder / "server.properties"
        voters = ",".join(f"{number}@{address}" for number, address in enumerate(self._controllers, 1))
        properties.write_text(
            PROPERTIES.format(
                number=node.number,
                nodes=len(self.nodes),
                voters=voters,
                address=node.address,
                controller=self._controllers[node.number - 1],
                more_listeners=f",{LISTENER}://{node.secured_address}" if self.security else "",
                data=node.folder / "data",
                security=self.security.properties() if self.security else "",
            ),
            encoding="utf-8",
        )
        command = _java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(properties))
        command += self.security.storage() if self.security else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BrokerError(f"cannot prepare {node.folder}: {done.stdout}{done.stderr}")


def _mortal() -> list[str]:
    """What starts a program that dies with whoever started it, however that dies; nothing where there is no such thing.

    The kernel goes by the thread that has started it: a node is started in one that lives as long as the cluster.
    """
    return ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


def _java(main: str, *arguments: str) -> list[str]:
    return ["java", *JAVA, "-cp", str(jars() / "*"), main, *arguments]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a broker until SIGINT, SIGTERM, or the end of a process that it serves."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.kafka", description="A Kafka broker on this machine."
    )
    parser.add_argument("--port", type=int, help="where it listens; a free port otherwise")
    parser.add_argument("--nodes", type=int, default=1, help="how many brokers make the cluster")
    parser.add_argument("--folder", type=Path, help="where its data stays; a temporary folder otherwise")
    parser.add_argument("--until", type=int, metavar="PID", help="end when this process has ended")
    chosen = parser.parse_args(arguments)
    if (why := missing()) is not None:
        sys.stderr.write(f"{why}\n")
        return 2
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Cluster(chosen.nodes, port=chosen.port, folder=chosen.folder) as cluster:
        print(cluster.brokers, flush=True)  # what whoever started it waits for
        sys.stderr.write(f"Kafka at {cluster.brokers}, data in {cluster.folder}; Ctrl-C ends it\n")
        while not ended.wait(1.0):
            if chosen.until is not None and not Path(f"/proc/{chosen.until}").exists():
                break
    return 0


if __name__ == "__main__":
    sys.exit(main())
