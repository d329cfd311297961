"""Connections, which block."""

import collections
import itertools
import threading
import time
from ctypes import byref, c_void_p, string_at

from .abi import BAD_HANDLE, CLOSE_NOTIFY, FORKED, FULL, OK, SEND_CLOSED, Info, SentFn, lib
from .errors import ConnectionLost, Error, check

_PIECE = 64 * 1024        # most that one send takes
_RECEIVE_LIMIT = 1 << 20  # when so much waits for receive, the peer is not read any more

# Callbacks are given a number as user pointer, which is a key of these.
keys = itertools.count(1)
connections = {}  # those that live; on_closed takes them out
_files = {}       # what to call when a file was sent


def checked_timeout(seconds):
    if seconds is not None and seconds < 0:
        raise ValueError("a timeout must not be negative")
    return seconds


class Connection:
    """One TLS connection. Made by Loop.connect and by listeners."""

    def __init__(self, loop, handler=None):
        self._key = next(keys)
        self._loop = loop
        self._handle = c_void_p()
        self.info = None                    # what the handshake agreed on
        self._handler = handler
        self._timeout = loop.timeout
        self._changed = threading.Condition()
        self._pieces = collections.deque()  # received, and not asked for yet
        self._waiting = 0                   # bytes of these
        self._paused = False
        self._low_waters = 0                # how often the queue has become low
        self._opened = self._ended = self._closed = False
        self._lost = None                   # why it was closed, unless by close_notify
        connections[self._key] = self

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close() if kind is None else self.abort()

    def settimeout(self, seconds):
        """How long each method may wait before it raises TimeoutError; None: as long as it takes."""
        self._timeout = checked_timeout(seconds)

    def gettimeout(self):
        return self._timeout

    def send(self, data):
        """Returns when all of it is queued. After TimeoutError a part of it may be."""
        view, until = memoryview(data).cast("B"), self._deadline()
        while len(view):
            piece = bytes(view[:_PIECE])
            seen = self._low_waters  # before the call: a low-water mark behind it is not missed
            result = lib.onb_send(self._handle, piece, len(piece))
            if result == OK:
                view = view[len(piece):]
            elif result == FULL:
                self._wait(lambda: self._low_waters != seen or self._closed, until)
            elif result in (SEND_CLOSED, BAD_HANDLE):
                raise self._why_closed()
            else:
                raise Error(result)

    def send_file(self, file, offset, length):
        """Returns when all of it is queued, or with the kernel. The loop reads it, as room comes, after TimeoutError too."""
        key, until, results = next(keys), self._deadline(), []

        def sent(result):
            with self._changed:
                results.append(result)
                self._changed.notify_all()

        _files[key] = sent
        result = lib.onb_send_file(self._handle, file.fileno(), offset, length, _sent, key)
        if result == OK:
            self._wait(lambda: results or self._closed, until)
            result = results[0] if results else SEND_CLOSED
        else:
            del _files[key]
        if result in (SEND_CLOSED, BAD_HANDLE):
            raise self._why_closed()
        check(result)

    def receive(self):
        """What has come, at least one byte; b"" when the peer has sent close_notify. Waits for it."""
        with self._changed:
            self._wait(lambda: self._pieces or self._ended or self._closed, self._deadline())
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
        """Everything up to the peer's close_notify. The timeout is for each piece."""
        return b"".join(iter(self.receive, b""))

    def close_write(self):
        """Half-close: the peer learns that no more comes; more can be received."""
        self._unless_gone(lib.onb_conn_close_write)

    def close(self):
        """Sends what is queued, says goodbye, and waits until the peer has, or its time is over. Goes on after TimeoutError."""
        self._unless_gone(lib.onb_close)
        self._wait(lambda: self._closed, self._deadline())

    def abort(self):
        """Ends it at once."""
        self._unless_gone(lib.onb_conn_abort)
        self._wait(lambda: self._closed, None)

    def _deadline(self):
        return None if self._timeout is None else time.monotonic() + self._timeout

    def _wait(self, predicate, until):
        with self._changed:
            if not self._changed.wait_for(predicate, None if until is None else max(0, until - time.monotonic())):
                raise TimeoutError("timed out")

    def _unless_gone(self, function):
        result = function(self._handle)
        if result not in (BAD_HANDLE, SEND_CLOSED, FORKED):  # it has ended already, or is the parent's
            check(result)

    def _why_closed(self):
        return self._lost or ConnectionLost("close_notify", "this side or the peer has closed the connection")

    def _wait_opened(self):
        """Returns when the handshake has ended; raises what went wrong."""
        self._wait(lambda: self._opened or self._closed, self._deadline())
        if not self._opened:
            raise self._why_closed()
        return self

    def _finish(self, lost):
        """It has ended, by close_notify (None) or otherwise: nobody waits any more. Only the first one counts."""
        with self._changed:
            if not self._closed:
                self._lost, self._closed = lost, True
            self._changed.notify_all()

    def _leave_to_parent(self):
        """In the child of a fork. The thread that had the lock, if there was one, is not here to release it."""
        self._changed = threading.Condition()
        self._finish(ConnectionLost("forked", "the connection is the parent's"))

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

    def _on_peer_closed(self):
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _on_low_water(self):
        with self._changed:
            self._low_waters += 1
            self._changed.notify_all()

    def _on_closed(self, outcome):
        reason = lib.onb_close_reason_name(outcome.reason).decode()
        self._finish(None if outcome.reason == CLOSE_NOTIFY else ConnectionLost(reason, (outcome.message or b"").decode(errors="replace")))


# One for all files: it must live as long as the library may call it.
_sent = SentFn(lambda result, key: _files.pop(key)(result))
