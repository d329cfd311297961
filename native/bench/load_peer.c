// One connection of the load: its turn, and its life.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gather_bio.h"
#include "load.h"
#include "net.h"
#include "tls.h"

static _Noreturn void fail(const struct peer *peer, const char *what)
{
    tls_report("load");
    load_fail(peer->load, what);
}

static void update_interest(struct peer *peer)
{
    uint32_t wanted = EPOLLIN | EPOLLRDHUP | EPOLLET;
    if (!peer->channel.writable) {
        wanted |= EPOLLOUT;
    }
    if ((peer->interest & wanted) == wanted) {
        return;
    }
    struct epoll_event event = { .events = wanted, .data.ptr = peer };
    int operation = peer->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(peer->load->epoll, operation, peer->channel.fd, &event) != 0) {
        die("epoll_ctl");
    }
    peer->interest = wanted;
}

static int start_connect(const struct load_options *options)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        die("socket");
    }
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        die("TCP_NODELAY");
    }
    if (options->send_buffer > 0
        && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options->send_buffer, sizeof options->send_buffer) != 0) {
        die("SO_SNDBUF");
    }
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)options->port) };
    if (inet_pton(AF_INET, options->server, &address.sin_addr) != 1) {
        errno = EINVAL;
        die(options->server);
    }
    // Over loopback it is there at once; if not, the hello waits for EPOLLOUT like any other bytes.
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
        die("connect");
    }
    return fd;
}

void peer_open(struct peer *peer)
{
    struct load *load = peer->load;
    peer->starts[0] = load->now;
    channel_init(&peer->channel, &load->gather, start_connect(load->options));
    peer->ssl = SSL_new(load->context);
    if (peer->ssl == NULL) {
        tls_die("SSL_new");
    }
    SSL_set_connect_state(peer->ssl);
    gather_bio_attach(load->bio, peer->ssl);
    if (load->session != NULL && !SSL_set_session(peer->ssl, load->session)) {
        tls_die("SSL_set_session");
    }
    peer->state = PEER_HANDSHAKING;
    peer->interest = 0;
    peer->sent = peer->received = 0;
    load->opening++;
    peer_run(peer, 0);
}

void peer_send(struct peer *peer, const void *data, size_t length)
{
    if (SSL_write(peer->ssl, data, (int)length) <= 0) {
        fail(peer, "could not send");
    }
}

static void finish_close(struct peer *peer)
{
    struct load *load = peer->load;
    load->open--;
    peer->state = PEER_CLOSED;
    SSL_free(peer->ssl);
    peer->ssl = NULL;
    channel_free(&peer->channel);
    close(peer->channel.fd);
    if (load->scenario->closed != NULL) {
        load->scenario->closed(peer);
    }
}

// Within the peer's turn: what it does next goes out with it.
static void send_close(struct peer *peer)
{
    SSL_shutdown(peer->ssl);
    peer->state = PEER_CLOSING;
}

void peer_start_close(struct peer *peer)
{
    if (peer->channel.gather->current == &peer->channel) {
        send_close(peer);
        return;
    }
    channel_enter(&peer->channel);
    send_close(peer);
    channel_leave(&peer->channel);
    update_interest(peer);
}

// OpenSSL has no data: is that all right?
static void stopped(struct peer *peer, int result)
{
    // The error queue is empty but for what this call has put there: any other failure ends the program.
    if (SSL_get_error(peer->ssl, result) == SSL_ERROR_WANT_READ && !peer->channel.ended) {
        return;
    }
    if (!(SSL_get_shutdown(peer->ssl) & SSL_RECEIVED_SHUTDOWN)) {
        fail(peer, "the connection ended without close_notify");
    }
    if (peer->state != PEER_CLOSING) {
        fail(peer, "the server closed first");
    }
}

static void shake_hands(struct peer *peer)
{
    struct load *load = peer->load;
    ERR_clear_error();
    int result = SSL_do_handshake(peer->ssl);
    if (result != 1) {
        if (SSL_get_error(peer->ssl, result) != SSL_ERROR_WANT_READ || peer->channel.ended) {
            fail(peer, "handshake failed");
        }
        return;
    }
    ERR_clear_error();
    peer->state = PEER_OPEN;
    load->opening--;
    load->open++;
    if (load->scenario->opened != NULL) {
        load->scenario->opened(peer);
    }
}

static size_t drain(struct peer *peer)
{
    struct load *load = peer->load;
    size_t length = 0;
    while (channel_has_input(&peer->channel) && DRAIN_SIZE - length >= RECORD_SIZE) {
        int got = SSL_read(peer->ssl, load->drained + length, RECORD_SIZE);
        if (got <= 0) {
            stopped(peer, got);
            break;
        }
        length += (size_t)got;
    }
    return length;
}

static size_t step(struct peer *peer)
{
    struct load *load = peer->load;
    if (peer->state == PEER_HANDSHAKING) {
        shake_hands(peer);
        if (peer->state == PEER_HANDSHAKING) {
            return 0;
        }
    }
    size_t moved = 0;
    if (channel_has_input(&peer->channel)) {
        moved = drain(peer);
        if (moved > 0) {
            load_clock(load);
            load->scenario->received(peer, load->drained, moved);
        }
    }
    if (load->scenario->produce != NULL && peer->state == PEER_OPEN && peer->channel.kept_length <= UNSENT_LIMIT) {
        moved += load->scenario->produce(peer);
    }
    return moved;
}

void peer_run(struct peer *peer, uint32_t events)
{
    struct channel *channel = &peer->channel;
    if (peer->state == PEER_CLOSED) {
        return;
    }
    channel_ready(channel, events);
    channel_enter(channel);
    size_t moved = 0;
    size_t latest;
    do {
        latest = step(peer);
        moved += latest;
    } while (latest > 0 && moved < TURN_BUDGET);
    channel_leave(channel);
    if (channel->broken) {
        fail(peer, "the connection broke");
    }
    if (peer->state == PEER_CLOSING && SSL_get_shutdown(peer->ssl) & SSL_RECEIVED_SHUTDOWN) {
        finish_close(peer);
        return;
    }
    update_interest(peer);
    if (latest > 0) {
        load_queue(peer);
    }
}
