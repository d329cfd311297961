#include "memory_bio.h"

#include <string.h>

#include "record.h"
#include "tls.h"

static int memory_read(BIO *bio, char *buffer, size_t size, size_t *read)
{
    struct memory *in = ((struct memory_end *)BIO_get_data(bio))->in;
    BIO_clear_retry_flags(bio);
    if (in->start == in->end) {
        BIO_set_retry_read(bio);
        *read = 0;
        return 0;
    }
    size_t length = smaller(size, record_length(in->bytes + in->start, in->end - in->start));
    memcpy(buffer, in->bytes + in->start, length);
    in->start += length;
    if (in->start == in->end) {
        in->start = in->end = 0;
    }
    *read = length;
    return 1;
}

static int memory_write(BIO *bio, const char *data, size_t length, size_t *written)
{
    struct memory *out = ((struct memory_end *)BIO_get_data(bio))->out;
    BIO_clear_retry_flags(bio);
    if (length > MEMORY_SIZE - out->end) {
        return 0; // never: what is written at once is less than the memory
    }
    memcpy(out->bytes + out->end, data, length);
    out->end += length;
    *written = length;
    return 1;
}

static long memory_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

BIO *memory_bio_new(struct memory_end *end)
{
    static BIO_METHOD *method;
    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory");
        if (method == NULL || !BIO_meth_set_read_ex(method, memory_read)
            || !BIO_meth_set_write_ex(method, memory_write) || !BIO_meth_set_ctrl(method, memory_ctrl)) {
            tls_die("BIO method");
        }
    }
    BIO *bio = BIO_new(method);
    if (bio == NULL) {
        tls_die("BIO");
    }
    BIO_set_data(bio, end);
    BIO_set_init(bio, 1);
    return bio;
}
