/* Whoever runs a set-user-ID program does not choose its OpenSSL by the environment. Needs to be run by root; skipped otherwise. */
#include "harness.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, LOADED_ANOTHER = 66, SKIPPED = 77 };

static int run_as(uid_t user, const char *program)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        CHECK(setenv("OPENSSLNB_OPENSSL_DIR", ANOTHER_OPENSSL, 1) == 0);
        if (user != 0) CHECK(setgid(NOBODY) == 0 && setuid(user) == 0);
        execl(program, program, "inside", (char *)NULL);
        _exit(126);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void copy(const char *from, const char *to)
{
    char bytes[65536];
    ssize_t count;
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0755);
    CHECK(in >= 0 && out >= 0);
    while ((count = read(in, bytes, sizeof bytes)) > 0) CHECK(write(out, bytes, (size_t)count) == count);
    CHECK(count == 0 && fchmod(out, 04755) == 0);
    close(in);
    close(out);
}

int main(int count, char **arguments)
{
    char folder[] = "/tmp/opensslnb-secure-XXXXXX", program[64];
    if (count == 2) return onb_openssl_version() != NULL ? 0 : 1;
    if (geteuid() != 0) return SKIPPED;
    CHECK(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0);
    snprintf(program, sizeof program, "%s/program", folder);
    copy(arguments[0], program);
    CHECK(run_as(0, program) == LOADED_ANOTHER);
    CHECK(run_as(NOBODY, program) == 0);
    unlink(program);
    rmdir(folder);
    return 0;
}
