"""What a person does wrong with a worker is said in a line that names the place and the remedy."""

from __future__ import annotations

import asyncio

from tests.support import monitor, topics


async def failed(*command: str, config) -> str:
    """What a command has to say that ends by itself, with something wrong."""
    process = await monitor.start(config, *command)
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode in (1, 2), said.decode()
    assert b"Traceback" not in said
    return said.decode()


async def test_a_folder_or_a_port_that_another_has_and_tables_of_another_installation(
    brokers, prefix, tmp_path
):
    config = topics.configure(tmp_path, brokers, prefix)
    tables = ("--data", str(tmp_path / "tables"))
    worker = await monitor.start(config, "worker", "--stages", "revise", *tables)
    try:
        address = await monitor.running(worker, within=120)
        said = await failed("worker", "--stages", "revise", *tables, config=config)
        assert f"in use by process {worker.pid}. Give each worker of a machine a folder of its own" in said
        port = address.removeprefix("http://")
        others = ("--data", str(tmp_path / "others"))
        said = await failed("worker", "--stages", "read", *others, "--listen", port, config=config)
        assert f"cannot serve on {port}: " in said
        assert "Choose another with --listen." in said
    finally:
        await monitor.stop(worker)
    other = topics.configure(tmp_path, brokers, f"{prefix}b.")
    said = await failed("worker", "--stages", "revise", *tables, config=other)
    assert f"were made from {prefix}revise-states (" in said
    assert f"Delete {tmp_path / 'tables' / 'revise'}" in said
