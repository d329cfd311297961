// Sockets and process limits.
#ifndef NET_H
#define NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Prints `what` with errno's text to standard error and exits with 1.
_Noreturn void die(const char *what);

// malloc that does not fail: there is nothing a benchmark could do about it.
void *must_alloc(size_t size);

struct listen_options {
    uint16_t port; // 0: any
    bool share;    // SO_REUSEPORT: one listener a loop on the same port
    int send_buffer;
};

// A non-blocking listener on 127.0.0.1. What is set on it, accepted sockets inherit.
int net_listen(const struct listen_options *options);
uint16_t net_port(int listener);

// As many descriptors as the system allows.
void net_raise_descriptor_limit(void);

#endif
