"""Sends standard input to a TLS server while it reads; what comes back goes to standard output."""
import asyncio
import ssl
import sys


async def relay(port, ca_file, version):
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    data = sys.stdin.buffer.read()

    async def send():
        writer.write(data)
        await writer.drain()

    sending = asyncio.create_task(send())
    received = await reader.readexactly(len(data))
    await sending
    sys.stdout.buffer.write(received)
    sys.stdout.buffer.flush()
    writer.close()
    await writer.wait_closed()


asyncio.run(relay(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
