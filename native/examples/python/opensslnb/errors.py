"""Failures as exceptions."""

from ctypes import byref, c_void_p

from .abi import lib


class Error(Exception):
    """A function of the library has failed."""

    def __init__(self, result):
        self.result = result
        self.name = lib.onb_result_name(result).decode()
        super().__init__(f"{self.name}: {lib.onb_error_message().decode()}")


class ConnectionLost(ConnectionError):
    """The connection did not end by close_notify; reason is onb_close_reason_name's word."""

    def __init__(self, reason, message):
        self.reason = reason
        super().__init__(f"{reason}: {message}")


def check(result):
    if result < 0:
        raise Error(result)
    return result


def make(function, *arguments):
    """Calls a function whose last parameter is where to put the handle."""
    handle = c_void_p()
    check(function(*arguments, byref(handle)))
    return handle
