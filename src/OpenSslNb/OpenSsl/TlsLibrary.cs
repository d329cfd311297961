using OpenSslNb.Interop;

namespace OpenSslNb;

/// <summary>What concerns OpenSSL as a whole, for this process.</summary>
public static class TlsLibrary
{
    /// <summary>
    /// Has OpenSSL read this configuration file (<c>config(5)</c>) in place of the system's: providers and engines, FIPS (<c>fips_config(5)</c>), defaults for TLS. Before anything else of this library is used. Without this call or the next
    /// one, the file of <c>OPENSSL_CONF</c> is read, or the system's.
    /// </summary>
    /// <param name="path">The file. It is read when OpenSSL is used first, which fails with <see cref="OpenSslNotFoundException"/> when it is not there or not in order.</param>
    /// <exception cref="InvalidOperationException">OpenSSL is in use already.</exception>
    public static void UseConfigurationFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OpenSslLibrary.Configure(path);
    }

    /// <summary>Has OpenSSL read no configuration file at all, whatever <c>OPENSSL_CONF</c> says (<c>OPENSSL_INIT_NO_LOAD_CONFIG</c>, <c>OPENSSL_init_crypto(3)</c>). Before anything else of this library is used.</summary>
    /// <exception cref="InvalidOperationException">OpenSSL is in use already.</exception>
    public static void IgnoreConfiguration() => OpenSslLibrary.Configure(null);
}
