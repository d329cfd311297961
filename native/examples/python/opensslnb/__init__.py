"""TLS by libopensslnb, from Python, by ctypes and nothing else.

    context = opensslnb.Context.client(authorities="ca.pem")
    with opensslnb.Loop() as loop, loop.connect("localhost", 8443, context) as connection:
        connection.send(b"hello")
        connection.close_write()
        print(connection.receive_all())

A Loop has a thread of its own, on which the library does all work and calls this module. The methods of a Connection
block, and are for any thread: one may send while another receives. The C library's errors are raised as Error, and a
connection that did not end by close_notify as ConnectionLost.
"""

from .connections import Connection, Listener, Loop
from .contexts import Context
from .errors import ConnectionLost, Error

__all__ = ["Connection", "ConnectionLost", "Context", "Error", "Listener", "Loop"]
