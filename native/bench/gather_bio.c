#include "gather_bio.h"

#include <openssl/bio.h>
#include <string.h>

#include "record.h"
#include "tls.h"

static int bio_read(BIO *bio, char *buffer, size_t size, size_t *read)
{
    struct channel *channel = ((struct gather *)BIO_get_data(bio))->current;
    BIO_clear_retry_flags(bio);
    if (!channel_receive(channel)) {
        if (!channel->ended) {
            BIO_set_retry_read(bio);
        }
        *read = 0;
        return 0;
    }
    size_t length = smaller(size, record_length(channel->in, channel->in_length));
    memcpy(buffer, channel->in, length);
    channel->in += length;
    channel->in_length -= length;
    *read = length;
    return 1;
}

static int bio_write(BIO *bio, const char *data, size_t length, size_t *written)
{
    struct channel *channel = ((struct gather *)BIO_get_data(bio))->current;
    BIO_clear_retry_flags(bio);
    channel_gather(channel, data, length);
    *written = length;
    return 1;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        // OpenSSL flushes at the end of each flight; the turn's end is early enough.
        return 1;
    case BIO_CTRL_EOF:
        return ((struct gather *)BIO_get_data(bio))->current->ended;
    default:
        return 0;
    }
}

static BIO_METHOD *method(void)
{
    static BIO_METHOD *made;
    if (made == NULL) {
        made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gather");
        if (made == NULL || !BIO_meth_set_read_ex(made, bio_read) || !BIO_meth_set_write_ex(made, bio_write)
            || !BIO_meth_set_ctrl(made, bio_ctrl)) {
            tls_die("BIO method");
        }
    }
    return made;
}

BIO *gather_bio_new(struct gather *gather)
{
    BIO *bio = BIO_new(method());
    if (bio == NULL) {
        tls_die("BIO");
    }
    BIO_set_data(bio, gather);
    BIO_set_init(bio, 1);
    return bio;
}

void gather_bio_attach(BIO *bio, SSL *ssl)
{
    // SSL_set_bio takes one reference when both are the same.
    BIO_up_ref(bio);
    SSL_set_bio(ssl, bio, bio);
}
