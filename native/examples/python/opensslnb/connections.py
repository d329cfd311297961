"""Connections, which block, on a loop, which does not."""

import atexit
import collections
import itertools
import threading
from ctypes import byref, c_int, c_void_p, create_string_buffer, string_at

from .abi import (BAD_HANDLE, CLOSE_NOTIFY, FULL, OK, SEND_CLOSED, AcceptedFn, Callbacks, ClosedFn, ConnFn, EarlyDataFn, Info,
                  ReceivedFn, SentFn, lib)
from .errors import ConnectionLost, Error, check, make

_PIECE = 64 * 1024        # most that one send takes
_RECEIVE_LIMIT = 1 << 20  # when so much waits for receive, the peer is not read any more


class Connection:
    """One TLS connection. Made by Loop.connect and by listeners."""

    def __init__(self):
        self._key = next(_keys)
        self._changed = threading.Condition()
        self._pieces = collections.deque()  # received, and not asked for yet
        self._waiting = 0                   # bytes of these
        self._paused = False
        self._low_waters = 0                # how often the queue has become low
        self._opened = self._ended = False
        self._lost = None                   # why it was closed, unless by close_notify
        self._closed = threading.Event()
        self._handle = c_void_p()
        self._handler = None
        self.info = None                    # what the handshake agreed on
        _connections[self._key] = self

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close() if kind is None else self.abort()

    def send(self, data):
        """Returns when all of it is queued."""
        view = memoryview(data).cast("B")
        while len(view):
            piece = bytes(view[:_PIECE])
            seen = self._low_waters  # before the call: a low-water mark behind it is not missed
            result = lib.onb_send(self._handle, piece, len(piece))
            if result == OK:
                view = view[len(piece):]
            elif result == FULL:
                with self._changed:
                    self._changed.wait_for(lambda: self._low_waters != seen or self._closed.is_set())
            elif result in (SEND_CLOSED, BAD_HANDLE):
                raise self._why_closed()
            else:
                raise Error(result)

    def send_file(self, file, offset, length):
        """Returns when all of it is queued, or with the kernel. The loop reads it, as room comes."""
        done, results = threading.Event(), []

        def sent(result, user):
            results.append(result)
            done.set()

        callback = SentFn(sent)  # must live until it was called
        result = lib.onb_send_file(self._handle, file.fileno(), offset, length, callback, None)
        if result == OK:
            done.wait()
            result = results[0]
        if result in (SEND_CLOSED, BAD_HANDLE):
            raise self._why_closed()
        check(result)

    def receive(self):
        """What has come, at least one byte; b"" when the peer has sent close_notify. Waits for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self._ended or self._closed.is_set())
            if not self._pieces:
                if self._lost is not None:
                    raise self._lost
                return b""
            piece = self._pieces.popleft()
            self._waiting -= len(piece)
            resume = self._paused and self._waiting <= _RECEIVE_LIMIT // 2
            self._paused = self._paused and not resume
        if resume:
            self._unless_gone(lib.onb_conn_resume_reading)
        return piece

    def receive_all(self):
        """Everything up to the peer's close_notify."""
        return b"".join(iter(self.receive, b""))

    def close_write(self):
        """Half-close: the peer learns that no more comes; more can be received."""
        self._unless_gone(lib.onb_conn_close_write)

    def close(self):
        """Sends what is queued, says goodbye, and waits until the peer has, or its time is over."""
        self._unless_gone(lib.onb_close)
        self._closed.wait()

    def abort(self):
        """Ends it at once."""
        self._unless_gone(lib.onb_conn_abort)
        self._closed.wait()

    def wait_opened(self):
        """Returns when the handshake has ended; raises what went wrong."""
        with self._changed:
            self._changed.wait_for(lambda: self._opened or self._closed.is_set())
        if not self._opened:
            raise self._why_closed()
        return self

    def _unless_gone(self, function):
        result = function(self._handle)
        if result not in (BAD_HANDLE, SEND_CLOSED):  # it has ended already
            check(result)

    def _why_closed(self):
        return self._lost or ConnectionLost("close_notify", "this side or the peer has closed the connection")

    # --- on the loop's thread

    def _on_opened(self, conn):
        info = Info.new()
        check(lib.onb_conn_info(conn, byref(info)))
        self.info = info.facts()
        with self._changed:
            self._opened = True
            self._changed.notify_all()
        if self._handler is not None:
            threading.Thread(target=self._handler, args=(self,), daemon=True).start()

    def _on_received(self, conn, data, length):
        with self._changed:
            self._pieces.append(string_at(data, length))
            self._waiting += length
            pause = self._waiting > _RECEIVE_LIMIT and not self._paused
            self._paused = self._paused or pause
            if pause:  # inside the lock: receive cannot resume before
                check(lib.onb_conn_pause_reading(conn))
            self._changed.notify_all()

    def _on_peer_closed(self, conn):
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _on_low_water(self, conn):
        with self._changed:
            self._low_waters += 1
            self._changed.notify_all()

    def _on_closed(self, outcome):
        if outcome.reason != CLOSE_NOTIFY:
            self._lost = ConnectionLost(lib.onb_close_reason_name(outcome.reason).decode(), (outcome.message or b"").decode())
        with self._changed:
            self._closed.set()
            self._changed.notify_all()


class Listener:
    """Accepts connections until it is closed; made by Loop.listen."""

    def __init__(self, loop, address, port, context, handler):
        self._key = next(_keys)
        _listeners[self._key] = handler
        try:
            self._handle = make(lib.onb_listen, loop.handle, address.encode(), port, context.handle, byref(_callbacks), self._key, None)
        except Error:
            del _listeners[self._key]
            raise
        text, number = create_string_buffer(64), c_int()
        check(lib.onb_listener_address(self._handle, text, byref(number)))
        self.address, self.port = text.value.decode(), number.value

    def close(self):
        """Connections that live go on."""
        check(lib.onb_listener_close(self._handle))


class Loop:
    """A thread that gives connections their turns."""

    def __init__(self):
        self.handle = make(lib.onb_loop_new, None)
        _loops.add(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()

    def connect(self, host, port, context):
        """Returns when the handshake has ended."""
        connection = Connection()
        try:
            check(lib.onb_connect(self.handle, host.encode(), port, context.handle, byref(_callbacks), connection._key, None,
                                   byref(connection._handle)))
        except Error:
            del _connections[connection._key]
            raise
        return connection.wait_opened()

    def listen(self, address, port, context, handler):
        """Calls handler(connection), each on a thread of its own, when a handshake has ended. Port 0 takes a free one."""
        return Listener(self, address, port, context, handler)

    def close(self):
        """Ends the loop, and connections that still live; no callback comes afterwards."""
        if self in _loops:
            _loops.remove(self)
            check(lib.onb_loop_free(self.handle))


# ---------------------------------------------------------------- callbacks: the user pointer is a number of this table

_keys = itertools.count(1)
_connections = {}  # those that live; on_closed takes them out
_listeners = {}    # their handlers; kept, since a last connection may come while the listener is being closed
_loops = set()


def _on_accepted(listener, conn, key):
    connection = Connection()
    connection._handle = c_void_p(conn)
    connection._handler = _listeners[key]
    return connection._key


def _on_closed(conn, outcome, key):
    _connections.pop(key)._on_closed(outcome.contents)


# These objects must live as long as the library may call them: as long as the module.
_functions = (
    AcceptedFn(_on_accepted),
    ConnFn(lambda conn, key: _connections[key]._on_opened(conn)),
    ReceivedFn(lambda conn, data, length, key: _connections[key]._on_received(conn, data, length)),
    EarlyDataFn(),  # NULL
    ConnFn(lambda conn, key: _connections[key]._on_peer_closed(conn)),
    ConnFn(lambda conn, key: _connections[key]._on_low_water(conn)),
    ClosedFn(_on_closed),
)
_callbacks = Callbacks.new(*_functions)


@atexit.register
def _close_loops():
    """No thread of the library may call Python when that has ended."""
    for loop in list(_loops):
        loop.close()
