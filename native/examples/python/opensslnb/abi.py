"""The part of opensslnb.h that this package uses, for ctypes. A test compares it with the header."""

import os
from ctypes import (CDLL, CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_size_t, c_uint64, c_void_p, cast,
                    sizeof, string_at)

SONAME = "libopensslnb.so.0"

# onb_result
OK, FULL = 0, 8
BAD_HANDLE, FORKED, SEND_CLOSED, BUFFER_TOO_SMALL = -2, -6, -11, -13

# onb_close_reason
CLOSE_NOTIFY = 1


def _find():
    """OPENSSLNB_LIBRARY, or what is beside these files in the archive, or what the system's loader finds."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "lib", SONAME)
    named = os.environ.get("OPENSSLNB_LIBRARY")
    return named or (beside if os.path.exists(beside) else SONAME)


class _Sized(Structure):
    """Structs begin with their size; all other members begin as 0."""

    @classmethod
    def new(cls, *members):
        return cls(sizeof(cls), *members)


class Bytes(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t)]


class Outcome(_Sized):
    _fields_ = [("size", c_size_t), ("reason", c_int), ("alert_sent", c_int), ("alert_received", c_int), ("message", c_char_p),
                ("openssl_errors", c_void_p), ("openssl_error_count", c_size_t)]


class Info(_Sized):
    _fields_ = [("size", c_size_t), ("protocol", c_int), ("cipher_suite", c_char_p), ("group", c_char_p),
                ("peer_signature_algorithm", c_char_p), ("alpn", c_char_p), ("server_name", c_char_p), ("psk_identity", c_char_p),
                ("peer_subject", c_char_p), ("verification_error", c_char_p), ("peer_certificates", POINTER(Bytes)),
                ("peer_certificate_count", c_size_t), ("resumed", c_int), ("early_data", c_int), ("max_fragment_length", c_int),
                ("kernel_tls", c_int)]

    def facts(self):
        """A copy that outlives the connection, as a dictionary."""
        texts = {name: getattr(self, name) for name, kind in self._fields_ if kind is c_char_p}
        facts = {name: None if text is None else text.decode(errors="replace") for name, text in texts.items()}
        facts["protocol"] = {0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}[self.protocol]
        facts["resumed"] = bool(self.resumed)
        certificates = self.peer_certificates[:self.peer_certificate_count] if self.peer_certificate_count else []
        facts["peer_certificates"] = [string_at(one.data, one.length) for one in certificates]
        return facts


AcceptedFn = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_void_p)
ConnFn = CFUNCTYPE(None, c_void_p, c_void_p)
ReceivedFn = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t, c_void_p)
EarlyDataFn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, c_void_p)
ClosedFn = CFUNCTYPE(None, c_void_p, POINTER(Outcome), c_void_p)
SentFn = CFUNCTYPE(None, c_int, c_void_p)


class Callbacks(_Sized):
    _fields_ = [("size", c_size_t), ("on_accepted", AcceptedFn), ("on_opened", ConnFn), ("on_received", ReceivedFn),
                ("on_early_data", EarlyDataFn), ("on_peer_closed", ConnFn), ("on_low_water", ConnFn), ("on_closed", ClosedFn)]


def text(value):
    """const char *. C would take what stands before a zero for all of it."""
    if "\0" in value:
        raise ValueError(f"a zero byte in {value!r}")
    return value.encode()


def texts(values):
    """const char *const *"""
    return (c_char_p * len(values))(*[text(value) for value in values])


_out = POINTER(c_void_p)  # where a handle is put
_SIGNATURES = {
    "onb_result_name": (c_char_p, c_int),
    "onb_close_reason_name": (c_char_p, c_int),
    "onb_error_message": (c_char_p,),
    "onb_certificate_self_signed": (c_int, POINTER(c_char_p), c_size_t, c_int64, _out),
    "onb_certificate_from_pem_files": (c_int, c_char_p, c_char_p, c_char_p, _out),
    "onb_certificate_pem": (c_int, c_void_p, c_void_p, POINTER(c_size_t)),
    "onb_certificate_free": (c_int, c_void_p),
    "onb_trust_new": (c_int, _out),
    "onb_trust_add_pem_file": (c_int, c_void_p, c_char_p),
    "onb_trust_free": (c_int, c_void_p),
    "onb_config_new_client": (c_int, _out),
    "onb_config_new_server": (c_int, _out),
    "onb_config_set_trust": (c_int, c_void_p, c_void_p),
    "onb_config_set_certificate": (c_int, c_void_p, c_void_p),
    "onb_config_set_alpn": (c_int, c_void_p, POINTER(c_char_p), c_size_t),
    "onb_config_free": (c_int, c_void_p),
    "onb_context_new": (c_int, c_void_p, _out),
    "onb_context_free": (c_int, c_void_p),
    "onb_loop_new": (c_int, c_void_p, _out),
    "onb_loop_free": (c_int, c_void_p),
    "onb_connect": (c_int, c_void_p, c_char_p, c_int, c_void_p, POINTER(Callbacks), c_void_p, c_void_p, _out),
    "onb_listen": (c_int, c_void_p, c_char_p, c_int, c_void_p, POINTER(Callbacks), c_void_p, c_void_p, _out),
    "onb_listener_address": (c_int, c_void_p, c_char_p, POINTER(c_int)),
    "onb_listener_close": (c_int, c_void_p),
    "onb_send": (c_int, c_void_p, c_char_p, c_size_t),
    "onb_send_file": (c_int, c_void_p, c_int, c_uint64, c_uint64, SentFn, c_void_p),
    "onb_close": (c_int, c_void_p),
    "onb_conn_close_write": (c_int, c_void_p),
    "onb_conn_abort": (c_int, c_void_p),
    "onb_conn_pause_reading": (c_int, c_void_p),
    "onb_conn_resume_reading": (c_int, c_void_p),
    "onb_conn_info": (c_int, c_void_p, POINTER(Info)),
}

lib = CDLL(_find())
for _name, (_result, *_parameters) in _SIGNATURES.items():
    _function = getattr(lib, _name)
    _function.restype, _function.argtypes = _result, _parameters
