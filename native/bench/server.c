// The reference server in C: what the benchmark compares others with.
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "known_pid.h"
#include "net.h"
#include "pattern.h"
#include "record.h"
#include "server.h"
#include "tls.h"

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: server --ecdsa-cert F --ecdsa-key F --rsa-cert F --rsa-key F [--tickets N]\n"
                    "              [--mode plain|gathered] [--loops N] [--release-buffers] [--sndbuf BYTES]\n"
                    "              [--known-pid] [--gather-in BYTES] [--gather-out BYTES]\n");
    exit(2);
}

static int number(const char *text, int least)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < least || value > 1 << 30) {
        usage();
    }
    return (int)value;
}

static struct server_options parse(int argc, char **argv)
{
    enum { ECDSA_CERT = 1, ECDSA_KEY, RSA_CERT, RSA_KEY, TICKETS, MODE, LOOPS, RELEASE, SNDBUF, KNOWN_PID,
           GATHER_IN, GATHER_OUT };
    static const struct option names[] = {
        { "ecdsa-cert", required_argument, NULL, ECDSA_CERT },
        { "ecdsa-key", required_argument, NULL, ECDSA_KEY },
        { "rsa-cert", required_argument, NULL, RSA_CERT },
        { "rsa-key", required_argument, NULL, RSA_KEY },
        { "tickets", required_argument, NULL, TICKETS },
        { "mode", required_argument, NULL, MODE },
        { "loops", required_argument, NULL, LOOPS },
        { "release-buffers", no_argument, NULL, RELEASE },
        { "sndbuf", required_argument, NULL, SNDBUF },
        { "known-pid", no_argument, NULL, KNOWN_PID },
        { "gather-in", required_argument, NULL, GATHER_IN },
        { "gather-out", required_argument, NULL, GATHER_OUT },
        { NULL, 0, NULL, 0 },
    };
    struct server_options options = {
        .tickets = 2, .loops = 1, .gather_in = GATHER_IN_SIZE, .gather_out = GATHER_OUT_SIZE,
    };
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case ECDSA_CERT: options.ecdsa_certificate = optarg; break;
        case ECDSA_KEY: options.ecdsa_key = optarg; break;
        case RSA_CERT: options.rsa_certificate = optarg; break;
        case RSA_KEY: options.rsa_key = optarg; break;
        case TICKETS: options.tickets = number(optarg, 0); break;
        case LOOPS: options.loops = number(optarg, 1); break;
        case RELEASE: options.release_buffers = true; break;
        case SNDBUF: options.send_buffer = number(optarg, 0); break;
        case KNOWN_PID: known_pid_remember(); break;
        case GATHER_IN: options.gather_in = (size_t)number(optarg, LARGEST_RECORD); break;
        case GATHER_OUT: options.gather_out = (size_t)number(optarg, LARGEST_RECORD); break;
        case MODE:
            options.plain = strcmp(optarg, "plain") == 0;
            if (!options.plain && strcmp(optarg, "gathered") != 0) {
                usage();
            }
            break;
        default: usage();
        }
    }
    if (optind != argc || !options.ecdsa_certificate || !options.ecdsa_key || !options.rsa_certificate
        || !options.rsa_key) {
        usage();
    }
    return options;
}

static void command(const char *line)
{
    if (strcmp(line, "allocated") == 0) {
        puts("-");
    } else if (strcmp(line, "collect") == 0) {
        malloc_trim(0);
        puts("collected");
    }
    fflush(stdout);
}

// Standard input: commands by the line; its end is the server's.
static void input_ready(struct watch *watch, uint32_t events)
{
    static char line[256];
    static size_t length;
    (void)watch;
    (void)events;
    ssize_t got = read(STDIN_FILENO, line + length, sizeof line - length);
    if (got < 0 && errno == EINTR) {
        return;
    }
    if (got <= 0) {
        exit(0);
    }
    length += (size_t)got;
    char *end;
    while ((end = memchr(line, '\n', length)) != NULL) {
        *end = '\0';
        command(line);
        size_t used = (size_t)(end + 1 - line);
        length -= used;
        memmove(line, end + 1, length);
    }
    if (length == sizeof line) {
        length = 0; // no command is that long
    }
}

static void watch_input(struct loop *loop)
{
    static struct watch input = { input_ready };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &input };
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0) {
        return;
    }
    // A file or /dev/null: epoll does not take it, but it is never waited for either.
    for (;;) {
        input_ready(&input, EPOLLIN);
    }
}

static void *run(void *loop)
{
    loop_run(loop);
}

int main(int argc, char **argv)
{
    struct server_options options = parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    // What connections free is wanted again by the next ones: neither given back to the kernel nor mapped apart.
    mallopt(M_TRIM_THRESHOLD, 256 * 1024 * 1024);
    mallopt(M_TOP_PAD, 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    net_raise_descriptor_limit();
    pattern_init();

    uint16_t ports[PROTOCOL_COUNT] = { 0 };
    struct loop *loops = must_alloc((size_t)options.loops * sizeof *loops);
    for (int i = 0; i < options.loops; i++) {
        loop_init(&loops[i], &options, ports);
        // A client comes back to another loop than its ticket came from.
        tls_share_tickets(loops[0].ecdsa, loops[i].ecdsa);
        tls_share_tickets(loops[0].rsa, loops[i].rsa);
        for (int p = 0; p < PROTOCOL_COUNT; p++) {
            ports[p] = net_port(loops[i].listeners[p].fd);
        }
    }
    for (int i = 1; i < options.loops; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &loops[i]) != 0) {
            die("pthread_create");
        }
    }
    fputs("ports", stdout);
    for (int p = 0; p < PROTOCOL_COUNT; p++) {
        printf(" %s=%u", protocols[p].name, ports[p]);
    }
    putchar('\n');
    fflush(stdout);
    watch_input(&loops[0]);
    loop_run(&loops[0]);
}
