/* A program that ends without freeing anything, on its own thread or on the loop's, ends at once and with its own status. */
#include "harness.h"
#include <sys/wait.h>
#include <unistd.h>

typedef struct end {
    int on_loop;
    int notify;
} end;

static void on_received(onb_conn *conn, const void *data, size_t length, void *user)
{
    end *how = user;
    OK(onb_send(conn, data, length));
    if (how == NULL) return;
    if (how->on_loop) exit(31);
    if (how->notify >= 0 && write(how->notify, "x", 1) == 1) how->notify = -1;
}

static void on_opened(onb_conn *conn, void *user)
{
    (void)user;
    OK(onb_send(conn, "for ever and ever", 17));
}

/* Two loops and traffic that never ends. */
static void run(int on_loop)
{
    static contexts both;
    static end how;
    onb_loop *loop, *other;
    onb_listener *listener;
    onb_callbacks server = ONB_CALLBACKS_INIT, client = ONB_CALLBACKS_INIT;
    onb_conn *conn;
    char address[ONB_ADDRESS_SIZE], byte;
    int port, ends[2];
    CHECK(pipe(ends) == 0);
    how.on_loop = on_loop;
    how.notify = ends[1];
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_loop_new(NULL, &loop));
    OK(onb_loop_new(NULL, &other));
    server.on_received = on_received;
    client.on_received = on_received;
    client.on_opened = on_opened;
    OK(onb_listen(other, "127.0.0.1", 0, both.server, &server, NULL, NULL, &listener));
    OK(onb_listener_address(listener, address, &port));
    OK(onb_connect(loop, "localhost", port, both.client, &client, &how, NULL, &conn));
    CHECK(read(ends[0], &byte, 1) == 1);
    exit(32);
}

int main(void)
{
    int on_loop;
    for (on_loop = 0; on_loop < 2; on_loop++) {
        int status;
        pid_t child = fork();
        if (child == 0) run(on_loop);
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == (on_loop ? 31 : 32));
    }
    return 0;
}
