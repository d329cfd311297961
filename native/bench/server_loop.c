// One loop: listeners, epoll, and who has a turn.
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "gather_bio.h"
#include "net.h"
#include "server.h"
#include "tls.h"

enum {
    EVENTS = 256,
    ACCEPT_BATCH = 16, // connections accepted before those that are open have their turn again
};

void loop_watch(struct loop *loop, int fd, uint32_t events, struct watch *watch)
{
    struct epoll_event event = { .events = events, .data.ptr = watch };
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void accept_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct listener *listener = (struct listener *)watch;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            connection_accepted(listener, fd);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            die("accept4");
        }
    }
}

static SSL_CTX *make_context(const struct server_options *options, bool rsa)
{
    return tls_server_context(&(struct tls_server_options){
        .certificate = rsa ? options->rsa_certificate : options->ecdsa_certificate,
        .key = rsa ? options->rsa_key : options->ecdsa_key,
        .tickets = options->tickets,
        .release_buffers = options->release_buffers,
        .gathered = !options->plain,
    });
}

void loop_init(struct loop *loop, const struct server_options *options, const uint16_t ports[PROTOCOL_COUNT])
{
    *loop = (struct loop){
        .options = options,
        .transport = options->plain ? &plain_transport : &gathered_transport,
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
        .waker.ready = posted_wake,
        .drained = must_alloc(DRAIN_SIZE),
        .ecdsa = make_context(options, false),
        .rsa = make_context(options, true),
    };
    if (loop->epoll < 0 || loop->wake_fd < 0) {
        die("epoll");
    }
    gather_init(&loop->gather, options->gather_in, options->gather_out);
    loop->bio = gather_bio_new(&loop->gather);
    loop_watch(loop, loop->wake_fd, EPOLLIN | EPOLLET, &loop->waker);
    for (int i = 0; i < PROTOCOL_COUNT; i++) {
        struct listener *listener = &loop->listeners[i];
        *listener = (struct listener){
            .watch.ready = accept_ready,
            .loop = loop,
            .protocol = &protocols[i],
            .fd = net_listen(&(struct listen_options){
                .port = ports[i],
                .share = options->loops > 1,
                .send_buffer = options->send_buffer,
            }),
        };
        loop_watch(loop, listener->fd, EPOLLIN, &listener->watch);
    }
}

static void run_busy(struct loop *loop)
{
    struct connection *connection = loop->busy;
    loop->busy = NULL;
    while (connection != NULL) {
        struct connection *next = connection->next;
        connection->queued = false;
        if (connection->closed) {
            connection->next = loop->dead;
            loop->dead = connection;
        } else {
            connection_run(connection, 0);
        }
        connection = next;
    }
}

static void bury(struct loop *loop)
{
    while (loop->dead != NULL) {
        struct connection *connection = loop->dead;
        loop->dead = connection->next;
        free(connection);
    }
}

void loop_run(struct loop *loop)
{
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(loop->epoll, events, EVENTS, loop->busy != NULL ? 0 : -1);
        if (count < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < count; i++) {
            struct watch *watch = events[i].data.ptr;
            watch->ready(watch, events[i].events);
        }
        run_busy(loop);
        bury(loop);
    }
}
