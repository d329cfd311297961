namespace OpenSslNb;

/// <summary>What must happen before a blocked operation can go on. Recorded per operation, since a read may want write and a write may want read.</summary>
/// <remarks>Source: <c>SSL_get_error(3)</c>; the numeric codes never leave the OpenSSL layer.</remarks>
public enum SslWant : byte
{
    /// <summary>The operation is not blocked.</summary>
    None = 0,

    /// <summary>Call again when the transport has bytes to read (<c>SSL_ERROR_WANT_READ</c>).</summary>
    Read,

    /// <summary>Call again when the transport takes bytes (<c>SSL_ERROR_WANT_WRITE</c>).</summary>
    Write,

    /// <summary>Call again when the application has answered the ClientHello callback (<c>SSL_ERROR_WANT_CLIENT_HELLO_CB</c>).</summary>
    ClientHello,

    /// <summary>Call again when the application has chosen a certificate (<c>SSL_ERROR_WANT_X509_LOOKUP</c>).</summary>
    Certificate,

    /// <summary>Call again when the application has judged the peer's chain (<c>SSL_ERROR_WANT_RETRY_VERIFY</c>, OpenSSL 3.0 and later).</summary>
    VerifyRetry,

    /// <summary>Call again when the asynchronous job has finished (<c>SSL_ERROR_WANT_ASYNC</c> and <c>SSL_ERROR_WANT_ASYNC_JOB</c>).</summary>
    Async,
}
