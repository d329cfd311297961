#include "harness.h"

/* Nothing of ours needs more rounds; a livelock fails in place of hanging. */
enum { MOST_ROUNDS = 100000 };

void pair_make(pair *machines, onb_context *client, onb_context *server, const char *name)
{
    OK(onb_machine_new(client, name, NULL, &machines->client));
    OK(onb_machine_new(server, NULL, NULL, &machines->server));
}

void pair_free(pair *machines)
{
    OK(onb_machine_free(machines->client));
    OK(onb_machine_free(machines->server));
}

static int move(onb_machine *from, onb_machine *to)
{
    const void *bytes;
    size_t length;
    OK(onb_machine_output(from, &bytes, &length));
    if (length == 0) return 0;
    OK(onb_machine_feed(to, bytes, length));
    OK(onb_machine_skip_output(from, length));
    return 1;
}

int pair_exchange(pair *machines)
{
    int moved = move(machines->client, machines->server);
    return move(machines->server, machines->client) | moved;
}

void pair_handshake(pair *machines, int *client, int *server)
{
    int round;
    for (round = 0; round < MOST_ROUNDS; round++) {
        *client = onb_machine_handshake(machines->client);
        *server = onb_machine_handshake(machines->server);
        if (!pair_exchange(machines)) return;
    }
    fail_at(__FILE__, __LINE__, "the handshake does not end");
}

void pair_connect(pair *machines)
{
    int client, server;
    pair_handshake(machines, &client, &server);
    CHECK_RESULT(ONB_OK, client);
    CHECK_RESULT(ONB_OK, server);
}

void pair_read(pair *machines, onb_machine *from, void *buffer, size_t length)
{
    size_t have = 0;
    int round;
    for (round = 0; round < MOST_ROUNDS && have < length; round++) {
        size_t room = length - have;
        int result = onb_machine_read(from, (char *)buffer + have, &room);
        if (result == ONB_WANT_READ || result == ONB_WANT_WRITE) {
            pair_exchange(machines);
            continue;
        }
        OK(result);
        have += room;
    }
    CHECK(have == length);
}

void pair_send(pair *machines, onb_machine *from, onb_machine *to, size_t length)
{
    unsigned char *sent = malloc(length), *got = malloc(length);
    size_t i, have = 0;
    int result;
    CHECK(sent != NULL && got != NULL);
    for (i = 0; i < length; i++) sent[i] = (unsigned char)(i * 31 + length);
    result = onb_machine_write(from, sent, length);
    CHECK(result == ONB_OK || result == ONB_WANT_WRITE);
    while (have < length) {
        size_t room = length - have;
        int read = onb_machine_read(to, got + have, &room);
        if (read == ONB_OK) have += room;
        else CHECK_RESULT(ONB_WANT_READ, read);
        if (result != ONB_OK) result = onb_machine_flush(from);
        if (!pair_exchange(machines) && read != ONB_OK) fail_at(__FILE__, __LINE__, "nothing moves any more");
    }
    OK(result);
    CHECK(memcmp(sent, got, length) == 0);
    free(sent);
    free(got);
}
