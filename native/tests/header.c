/* The header needs nothing before it. */
#include <opensslnb.h>
#include <opensslnb.h>

const onb_conn_options conn_options = ONB_CONN_OPTIONS_INIT;
const onb_connect_options connect_options = ONB_CONNECT_OPTIONS_INIT;
const onb_listen_options listen_options = ONB_LISTEN_OPTIONS_INIT;
const onb_loop_options loop_options = ONB_LOOP_OPTIONS_INIT;
const onb_machine_options machine_options = ONB_MACHINE_OPTIONS_INIT;
const onb_callbacks callbacks = ONB_CALLBACKS_INIT;
const onb_session_callbacks session_callbacks = ONB_SESSION_CALLBACKS_INIT;
const onb_outcome outcome = ONB_OUTCOME_INIT;
const onb_info info = ONB_INFO_INIT;
const onb_proxy proxy = ONB_PROXY_INIT;
const onb_statistics statistics = ONB_STATISTICS_INIT;
const onb_listen_statistics listen_statistics = ONB_LISTEN_STATISTICS_INIT;
