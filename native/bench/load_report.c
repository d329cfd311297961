// The one line of JSON.
#include <stdio.h>

#include "load.h"

static void latency(const char *name, uint64_t nanoseconds)
{
    printf(",\"%s\":%.2f", name, (double)nanoseconds / 1e3);
}

void report(const struct load *load, const struct window *window)
{
    const struct histogram *latencies = &load->latencies;
    uint64_t units = load_units(load);
    printf("{\"units\":%llu,\"seconds\":%.6f,\"bytes\":%llu,\"cpu\":%.6f", (unsigned long long)units, window->seconds,
           (unsigned long long)load->bytes, window->cpu);
    if (load->options->pid != 0) {
        printf(",\"server_cpu\":%.6f", window->server_cpu);
    }
    if (load->scenario->timed && latencies->count > 0) {
        latency("p50", histogram_quantile(latencies, 0.50));
        latency("p99", histogram_quantile(latencies, 0.99));
        latency("p999", histogram_quantile(latencies, 0.999));
        latency("max", latencies->largest);
    }
    puts("}");
    fflush(stdout);
}
