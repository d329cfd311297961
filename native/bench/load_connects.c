// Scenarios whose unit is a whole connection.
#include "load.h"
#include "pattern.h"

enum { CHURN_SIZE = 64 };

static void handshake_opened(struct peer *peer)
{
    // In one flight with the handshake's last message.
    peer_start_close(peer);
}

static void unexpected(struct peer *peer, const uint8_t *data, size_t length)
{
    (void)data;
    (void)length;
    load_fail(peer->load, "data that nobody asked for");
}

static void unit_closed(struct peer *peer)
{
    load_clock(peer->load);
    load_finished(peer->load, peer->starts[0], peer->received * 2);
    load_queue(peer);
}

static int new_session(SSL *ssl, SSL_SESSION *session)
{
    struct load *load = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (load->session != NULL) {
        return 0;
    }
    load->session = session;
    // From now on there is no one to call.
    SSL_CTX_set_session_cache_mode(load->context, SSL_SESS_CACHE_OFF);
    return 1; // the reference is ours
}

void load_keep_session(struct load *load)
{
    SSL_CTX_set_app_data(load->context, load);
    SSL_CTX_set_session_cache_mode(load->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(load->context, new_session);
}

static void resume_opened(struct peer *peer)
{
    struct load *load = peer->load;
    if (load->session != NULL && !SSL_session_reused(peer->ssl)) {
        load_fail(load, "the session was not resumed");
    }
    peer_start_close(peer);
}

static void churn_opened(struct peer *peer)
{
    peer_send(peer, pattern_at(0), CHURN_SIZE);
}

static void churn_received(struct peer *peer, const uint8_t *data, size_t length)
{
    if (length > CHURN_SIZE - peer->received || memcmp(data, pattern_at(peer->received), length) != 0) {
        load_fail(peer->load, "not what was sent");
    }
    peer->received += length;
    if (peer->received == CHURN_SIZE) {
        peer_start_close(peer);
    }
}

const struct scenario handshake_scenario = {
    .name = "handshake",
    .connects = true,
    .timed = true,
    .opened = handshake_opened,
    .received = unexpected,
    .closed = unit_closed,
};

const struct scenario resume_scenario = {
    .name = "resume",
    .connects = true,
    .timed = true,
    .opened = resume_opened,
    .received = unexpected,
    .closed = unit_closed,
};

const struct scenario churn_scenario = {
    .name = "churn",
    .connects = true,
    .timed = true,
    .opened = churn_opened,
    .received = churn_received,
    .closed = unit_closed,
};
