/* Versions and names: nothing of the runtime is needed for them. */
#include <opensslnb.h>

#define QUOTED(value) #value
#define TEXT(value) QUOTED(value)

uint32_t onb_version(void)
{
    return ONB_VERSION;
}

const char *onb_version_text(void)
{
    return TEXT(ONB_VERSION_MAJOR) "." TEXT(ONB_VERSION_MINOR) "." TEXT(ONB_VERSION_PATCH);
}

const char *onb_result_name(int result)
{
    switch (result) {
        case ONB_OK: return "ONB_OK";
        case ONB_WANT_READ: return "ONB_WANT_READ";
        case ONB_WANT_WRITE: return "ONB_WANT_WRITE";
        case ONB_WANT_CLIENT_HELLO: return "ONB_WANT_CLIENT_HELLO";
        case ONB_WANT_CERTIFICATE: return "ONB_WANT_CERTIFICATE";
        case ONB_WANT_VERIFY: return "ONB_WANT_VERIFY";
        case ONB_WANT_ASYNC: return "ONB_WANT_ASYNC";
        case ONB_END: return "ONB_END";
        case ONB_FULL: return "ONB_FULL";
        case ONB_E_INVALID_ARGUMENT: return "ONB_E_INVALID_ARGUMENT";
        case ONB_E_BAD_HANDLE: return "ONB_E_BAD_HANDLE";
        case ONB_E_WRONG_THREAD: return "ONB_E_WRONG_THREAD";
        case ONB_E_REENTRANT: return "ONB_E_REENTRANT";
        case ONB_E_BAD_STATE: return "ONB_E_BAD_STATE";
        case ONB_E_FORKED: return "ONB_E_FORKED";
        case ONB_E_NO_MEMORY: return "ONB_E_NO_MEMORY";
        case ONB_E_OPENSSL: return "ONB_E_OPENSSL";
        case ONB_E_NO_OPENSSL: return "ONB_E_NO_OPENSSL";
        case ONB_E_IO: return "ONB_E_IO";
        case ONB_E_SEND_CLOSED: return "ONB_E_SEND_CLOSED";
        case ONB_E_LOST: return "ONB_E_LOST";
        case ONB_E_BUFFER_TOO_SMALL: return "ONB_E_BUFFER_TOO_SMALL";
        case ONB_E_NOT_SUPPORTED: return "ONB_E_NOT_SUPPORTED";
        case ONB_E_FORMAT: return "ONB_E_FORMAT";
        case ONB_E_INTERNAL: return "ONB_E_INTERNAL";
    }
    return "unknown";
}

const char *onb_close_reason_name(int reason)
{
    switch (reason) {
        case ONB_CLOSE_NONE: return "none";
        case ONB_CLOSE_NOTIFY: return "close_notify";
        case ONB_CLOSE_TRUNCATED: return "truncated";
        case ONB_CLOSE_RESET: return "reset";
        case ONB_CLOSE_PROTOCOL_ERROR: return "protocol error";
        case ONB_CLOSE_VERIFICATION_FAILED: return "verification failed";
        case ONB_CLOSE_HANDSHAKE_TIMEOUT: return "handshake timeout";
        case ONB_CLOSE_IDLE_TIMEOUT: return "idle timeout";
        case ONB_CLOSE_WRITE_TIMEOUT: return "write timeout";
        case ONB_CLOSE_SHUTDOWN_TIMEOUT: return "shutdown timeout";
        case ONB_CLOSE_ABORTED: return "aborted";
        case ONB_CLOSE_DISPOSED: return "disposed";
        case ONB_CLOSE_CALLBACK_FAILED: return "callback failed";
        case ONB_CLOSE_CONNECT_FAILED: return "connect failed";
        case ONB_CLOSE_LOCAL_ERROR: return "local error";
    }
    return "unknown";
}
