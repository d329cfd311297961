// The header is C++ too, and its functions are C's.
#include <opensslnb.h>

struct Everything {
    onb_conn_options conn = ONB_CONN_OPTIONS_INIT;
    onb_connect_options connect = ONB_CONNECT_OPTIONS_INIT;
    onb_listen_options listen = ONB_LISTEN_OPTIONS_INIT;
    onb_loop_options loop = ONB_LOOP_OPTIONS_INIT;
    onb_machine_options machine = ONB_MACHINE_OPTIONS_INIT;
    onb_callbacks callbacks = ONB_CALLBACKS_INIT;
    onb_session_callbacks sessions = ONB_SESSION_CALLBACKS_INIT;
    onb_outcome outcome = ONB_OUTCOME_INIT;
    onb_info info = ONB_INFO_INIT;
    onb_proxy proxy = ONB_PROXY_INIT;
    onb_statistics statistics = ONB_STATISTICS_INIT;
    onb_listen_statistics listen_statistics = ONB_LISTEN_STATISTICS_INIT;
};

unsigned version_of(const Everything &everything)
{
    return everything.conn.size ? onb_version() : 0;
}
