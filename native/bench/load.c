// The load generator: one thread, one epoll, every received byte verified.
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "load.h"
#include "net.h"
#include "pattern.h"

static _Noreturn void usage(const char *wrong)
{
    fprintf(stderr, "load: wrong or missing: %s\n", wrong);
    fprintf(stderr, "usage: load --scenario S --port P [--server ADDRESS] [--connections N] [--size B] [--depth D]\n"
                    "            [--active A] [--messages M] [--interval-us I] [--spin] [--seconds T] [--ca FILE]\n"
                    "            [--pid PID] [--release-buffers] [--sndbuf BYTES]\n");
    exit(2);
}

static double number(const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0 && value < 1e12)) {
        usage(name);
    }
    return value;
}

static struct load_options parse(int argc, char **argv)
{
    enum { SCENARIO, SERVER, PORT, CONNECTIONS, SIZE, DEPTH, SECONDS, ACTIVE, CA, PID, INTERVAL, MESSAGES, RELEASE,
           SNDBUF, SPIN };
    static const struct option names[] = {
        [SCENARIO] = { "scenario", required_argument, NULL, SCENARIO },
        [SERVER] = { "server", required_argument, NULL, SERVER },
        [PORT] = { "port", required_argument, NULL, PORT },
        [CONNECTIONS] = { "connections", required_argument, NULL, CONNECTIONS },
        [SIZE] = { "size", required_argument, NULL, SIZE },
        [DEPTH] = { "depth", required_argument, NULL, DEPTH },
        [SECONDS] = { "seconds", required_argument, NULL, SECONDS },
        [ACTIVE] = { "active", required_argument, NULL, ACTIVE },
        [CA] = { "ca", required_argument, NULL, CA },
        [PID] = { "pid", required_argument, NULL, PID },
        [INTERVAL] = { "interval-us", required_argument, NULL, INTERVAL },
        [MESSAGES] = { "messages", required_argument, NULL, MESSAGES },
        [RELEASE] = { "release-buffers", no_argument, NULL, RELEASE },
        [SNDBUF] = { "sndbuf", required_argument, NULL, SNDBUF },
        [SPIN] = { "spin", no_argument, NULL, SPIN },
        { NULL, 0, NULL, 0 },
    };
    struct load_options options = {
        .server = "127.0.0.1",
        .connections = 1,
        .size = 64,
        .depth = 1,
        .seconds = 1,
        .active = 1,
        .interval_ns = 1000000,
        .messages = 10000,
    };
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case SCENARIO: options.scenario = scenario_find(optarg); break;
        case SERVER: options.server = optarg; break;
        case PORT: options.port = (int)number("--port", optarg); break;
        case CONNECTIONS: options.connections = (size_t)number("--connections", optarg); break;
        case SIZE: options.size = (size_t)number("--size", optarg); break;
        case DEPTH: options.depth = (size_t)number("--depth", optarg); break;
        case SECONDS: options.seconds = number("--seconds", optarg); break;
        case ACTIVE: options.active = (size_t)number("--active", optarg); break;
        case CA: options.trust = optarg; break;
        case PID: options.pid = (pid_t)number("--pid", optarg); break;
        case INTERVAL: options.interval_ns = (uint64_t)(number("--interval-us", optarg) * 1e3); break;
        case MESSAGES: options.messages = (uint64_t)number("--messages", optarg); break;
        case RELEASE: options.release_buffers = true; break;
        case SNDBUF: options.send_buffer = (int)number("--sndbuf", optarg); break;
        case SPIN: options.spin = true; break;
        default: usage("option");
        }
    }
    if (options.scenario == NULL) {
        usage("--scenario");
    }
    if (options.port == 0) {
        usage("--port");
    }
    if (options.active > options.connections) {
        usage("--active");
    }
    if (optind != argc) {
        usage(argv[optind]);
    }
    return options;
}

// Waits for a line of standard input; true if it says "go", which may be followed by the messages of a permit.
static bool told_to_go(struct load_options *options)
{
    char line[64];
    size_t length = 0;
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
        if (length < sizeof line - 1) {
            line[length++] = byte;
        }
    }
    line[length] = '\0';
    if (strncmp(line, "go", 2) != 0) {
        return false;
    }
    options->stay = line[2] == ' ' ? (unsigned)number("go", line + 3) : 1;
    return true;
}

int main(int argc, char **argv)
{
    struct load_options options = parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024 * 1024);
    mallopt(M_TOP_PAD, 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    net_raise_descriptor_limit();
    pattern_init();

    static struct load load;
    load_init(&load, &options);
    load_open_all(&load);
    load_warm_up(&load);
    puts("ready");
    fflush(stdout);
    while (told_to_go(&options)) {
        struct window window = load_run(&load);
        load_rest(&load);
        report(&load, &window);
    }
    load_close_all(&load);
    return 0;
}
