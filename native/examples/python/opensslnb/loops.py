"""Loops, which do not block, and what listens on them."""

import atexit
import os
from ctypes import byref, c_int, c_void_p, create_string_buffer

from .abi import AcceptedFn, Callbacks, ClosedFn, ConnFn, EarlyDataFn, ReceivedFn, lib, text
from .connections import Connection, checked_timeout, connections, keys
from .errors import ConnectionLost, check, make


class Listener:
    """Accepts connections until it is closed; made by Loop.listen."""

    def __init__(self, loop, address, port, context, handler):
        address, key = text(address), next(keys)
        _listeners[key] = (loop, handler)
        try:
            self._handle = make(lib.onb_listen, loop._handle, address, port, context.handle, byref(_callbacks), key, None)
        except Exception:
            del _listeners[key]
            raise
        bound, number = create_string_buffer(64), c_int()
        check(lib.onb_listener_address(self._handle, bound, byref(number)))
        self.address, self.port = bound.value.decode(), number.value

    def close(self):
        """Connections that live go on."""
        check(lib.onb_listener_close(self._handle))


class Loop:
    """A thread that gives connections their turns. timeout: what its connections begin with (Connection.settimeout)."""

    def __init__(self, timeout=None):
        self.timeout = checked_timeout(timeout)
        self._handle = make(lib.onb_loop_new, None)
        self._closed = False
        _loops.add(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()

    def connect(self, host, port, context):
        """Returns when the handshake has ended."""
        host, connection = text(host), Connection(self)
        try:
            check(lib.onb_connect(self._handle, host, port, context.handle, byref(_callbacks), connection._key, None, byref(connection._handle)))
        except Exception:
            connections.pop(connection._key, None)
            raise
        if self._closed:
            _end(connection)
        try:
            return connection._wait_opened()
        except TimeoutError:
            connection.abort()
            raise

    def listen(self, address, port, context, handler):
        """Calls handler(connection), each on a thread of its own, when a handshake has ended. Port 0 takes a free one."""
        return Listener(self, address, port, context, handler)

    def close(self):
        """Ends the loop, and connections that still live; no callback comes afterwards."""
        try:
            _loops.remove(self)
        except KeyError:
            return  # already, or it is the parent's
        check(lib.onb_loop_free(self._handle))
        self._closed = True  # before it looks: a connection that comes later looks itself
        for connection in [one for one in list(connections.values()) if one._loop is self]:
            _end(connection)
        for key in [key for key, (loop, handler) in list(_listeners.items()) if loop is self]:
            del _listeners[key]


def _end(connection):
    """No callback will come any more; whoever waits shall not wait for one."""
    connections.pop(connection._key, None)
    connection._finish(ConnectionLost("disposed", "the loop was closed"))


# ---------------------------------------------------------------- callbacks

_loops = set()
_listeners = {}  # loop and handler by key; kept, since a last connection may come while the listener is being closed


def _on_accepted(listener, conn, key):
    connection = Connection(*_listeners[key])
    connection._handle = c_void_p(conn)
    return connection._key


# These objects must live as long as the library may call them: as long as the module.
_functions = (
    AcceptedFn(_on_accepted),
    ConnFn(lambda conn, key: connections[key]._on_opened(conn)),
    ReceivedFn(lambda conn, data, length, key: connections[key]._on_received(conn, data, length)),
    EarlyDataFn(),  # NULL
    ConnFn(lambda conn, key: connections[key]._on_peer_closed()),
    ConnFn(lambda conn, key: connections[key]._on_low_water()),
    ClosedFn(lambda conn, outcome, key: connections.pop(key)._on_closed(outcome.contents)),
)
_callbacks = Callbacks.new(*_functions)


@atexit.register
def _close_loops():
    """No thread of the library may call Python when that has ended."""
    for loop in list(_loops):
        loop.close()


def _forget():
    """In the child of a fork loops and connections are the parent's, and nothing is there to close."""
    _loops.clear()
    for connection in list(connections.values()):
        connection._leave_to_parent()
    connections.clear()


os.register_at_fork(after_in_child=_forget)
