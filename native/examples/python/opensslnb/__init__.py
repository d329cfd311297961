"""TLS by libopensslnb, from Python, by ctypes and nothing else.

    context = opensslnb.Context.client(authorities="ca.pem")
    with opensslnb.Loop() as loop, loop.connect("localhost", 8443, context) as connection:
        connection.send(b"hello")
        connection.close_write()
        print(connection.receive_all())

A Loop has a thread of its own, on which the library does all work and calls this module. The methods of a Connection
block, and are for any thread: one may send while another receives. The C library's errors are raised as Error, and a
connection that did not end by close_notify as ConnectionLost. They wait as long as it takes, unless there is a timeout:
Loop(timeout=10), or connection.settimeout(10), and TimeoutError when it is over.

After os.fork the child must not use what the parent has made. It may end in any way.
"""

from .connections import Connection
from .contexts import Context
from .errors import ConnectionLost, Error
from .loops import Listener, Loop

__all__ = ["Connection", "ConnectionLost", "Context", "Error", "Listener", "Loop"]
