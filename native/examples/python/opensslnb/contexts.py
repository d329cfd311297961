"""What connections are made with."""

import weakref
from ctypes import byref, c_size_t, create_string_buffer

from .abi import BUFFER_TOO_SMALL, OK, lib, text, texts
from .errors import Error, check, make


def _path(path):
    return None if path is None else text(str(path))


class Context:
    """All settings of TLS, for any number of connections."""

    def __init__(self, config, alpn):
        try:
            if alpn:
                check(lib.onb_config_set_alpn(config, texts(alpn), len(alpn)))
            self.handle = make(lib.onb_context_new, config)
        finally:
            lib.onb_config_free(config)
        weakref.finalize(self, lib.onb_context_free, self.handle)

    @classmethod
    def client(cls, authorities=None, alpn=()):
        """Verifies chain and name of the server; authorities is a PEM file, or None for the system's."""
        path = _path(authorities)
        config = make(lib.onb_config_new_client)
        if path is not None:
            trust = make(lib.onb_trust_new)
            try:
                check(lib.onb_trust_add_pem_file(trust, path))
                check(lib.onb_config_set_trust(config, trust))
            except Error:
                lib.onb_config_free(config)
                raise
            finally:
                lib.onb_trust_free(trust)
        return cls(config, alpn)

    @classmethod
    def server(cls, certificate=None, key=None, alpn=()):
        """With PEM files; without, a certificate for localhost that nobody has reason to trust, in .certificate_pem."""
        if certificate is None:
            names = ["localhost", "127.0.0.1"]
            loaded = make(lib.onb_certificate_self_signed, texts(names), len(names), 7 * 24 * 3600)
        else:
            loaded = make(lib.onb_certificate_from_pem_files, _path(certificate), _path(key), None)
        try:
            pem = _pem(loaded)
            config = make(lib.onb_config_new_server)
            check(lib.onb_config_set_certificate(config, loaded))
        finally:
            lib.onb_certificate_free(loaded)
        context = cls(config, alpn)
        context.certificate_pem = pem
        return context


def _pem(certificate):
    length = c_size_t(0)
    while True:
        buffer = create_string_buffer(length.value)
        result = lib.onb_certificate_pem(certificate, buffer, byref(length))
        if result == OK:
            return buffer.raw[:length.value]
        if result != BUFFER_TOO_SMALL:
            raise Error(result)
