/* Preloaded into a program, it pretends that the kernel encrypts what the program sends; nothing is encrypted in truth.
 *
 * OpenSSL takes the kernel at its word, hands it plaintext and lets SSL_sendfile work, so that this path is run where
 * the kernel has no "tls" module. A file goes out in small portions, and each answer is noted in the file
 * PRETENDED_KERNEL_TLS_LOG names: bytes taken, or "again". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#define SOL_TLS 282
#define TLS_TX 1
#define TCP_ULP 31
#define PORTION 100000

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    static int (*real)(int, int, int, const void *, socklen_t);
    if (!real) real = dlsym(RTLD_NEXT, "setsockopt");
    if (level == IPPROTO_TCP && name == TCP_ULP && length >= 3 && memcmp(value, "tls", 3) == 0) return 0;
    if (level == SOL_TLS && name == TLS_TX) return 0;
    return real(fd, level, name, value, length);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    static ssize_t (*real)(int, int, off_t *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "sendfile");
    ssize_t sent = real(out, in, offset, count < PORTION ? count : PORTION);
    int error = errno;
    FILE *log = fopen(getenv("PRETENDED_KERNEL_TLS_LOG"), "a");
    if (log) {
        if (sent < 0) fprintf(log, "%s\n", error == EAGAIN ? "again" : strerror(error));
        else fprintf(log, "%zd\n", sent);
        fclose(log);
    }

    errno = error;
    return sent;
}
