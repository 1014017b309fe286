#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A link with delay, where the kernel has no netem.

usage: delay_proxy.py SERVER_PORT MILLISECONDS

Prints its port, and passes bytes on to a server of this machine: each byte half the
round trip later, each connection after a whole one, as the handshake takes it.
"""
import asyncio
import sys


async def pass_on(reader, writer, delay):
    """Bytes leave in their order, each `delay` after it came."""
    loop = asyncio.get_running_loop()
    pending = asyncio.Queue()

    async def send():
        while (item := await pending.get()) is not None:
            due, data = item
            await asyncio.sleep(max(0, due - loop.time()))
            writer.write(data)
            await writer.drain()
        writer.close()

    sender = asyncio.create_task(send())
    while data := await reader.read(1 << 16):
        pending.put_nowait((loop.time() + delay, data))
    pending.put_nowait(None)
    await sender


async def main(port, round_trip):
    async def serve(reader, writer):
        await asyncio.sleep(round_trip)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            pass_on(reader, far_writer, round_trip / 2),
            pass_on(far_reader, writer, round_trip / 2),
            return_exceptions=True,
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]) / 1000))
