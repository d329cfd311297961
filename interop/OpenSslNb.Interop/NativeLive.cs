namespace OpenSslNb.Interop;

/// <summary>How many native objects of each kind this library holds. Exact, so that a leak is a number.</summary>
internal static class NativeLive
{
    private static int s_ssl;
    private static int s_context;
    private static int s_bio;
    private static int s_certificate;
    private static int s_key;

    internal static int Ssl => Volatile.Read(ref s_ssl);

    internal static int Context => Volatile.Read(ref s_context);

    /// <summary>BIOs of transports, counted from their making until OpenSSL says that they are freed; and those in a <see cref="SafeBioHandle"/>.</summary>
    internal static int Bio => Volatile.Read(ref s_bio);

    internal static int Certificate => Volatile.Read(ref s_certificate);

    internal static int Key => Volatile.Read(ref s_key);

    internal static void CountSsl(int change) => Interlocked.Add(ref s_ssl, change);

    internal static void CountContext(int change) => Interlocked.Add(ref s_context, change);

    internal static void CountBio(int change) => Interlocked.Add(ref s_bio, change);

    internal static void CountCertificate(int change) => Interlocked.Add(ref s_certificate, change);

    internal static void CountKey(int change) => Interlocked.Add(ref s_key, change);
}
