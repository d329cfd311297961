#include "net.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { BACKLOG = 4096 };

void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

void *must_alloc(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        die("malloc");
    }
    return memory;
}

static void set_option(int fd, int level, int name, int value)
{
    if (setsockopt(fd, level, name, &value, sizeof value) != 0) {
        die("setsockopt");
    }
}

int net_listen(const struct listen_options *options)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        die("socket");
    }
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options->share) {
        set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    // Linux hands both of these on to accepted sockets: no system call for them on each.
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options->send_buffer > 0) {
        set_option(fd, SOL_SOCKET, SO_SNDBUF, options->send_buffer);
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(options->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0) {
        die("listen");
    }
    return fd;
}

uint16_t net_port(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        die("getsockname");
    }
    return ntohs(address.sin_port);
}

void net_raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
