using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Whose keys a server's tickets are made with: a source's, another context's, or OpenSSL's own.</summary>
internal static unsafe class ServerTicketKeys
{
    public static void Set(nint context, TlsOptions options)
    {
        switch (options)
        {
            case TlsServerOptions { TicketKeysOf: not null, TicketKeys: not null }:
                throw new ArgumentException("TicketKeys and TicketKeysOf exclude each other: give both contexts the same TicketKeys", nameof(options));
            case TlsServerOptions { TicketKeys: not null }:
                TicketKeyCallback.Set(context);
                break;
            case TlsServerOptions { TicketKeysOf: { Options: TlsServerOptions { TicketKeys: not null } } }:
                throw new ArgumentException("TicketKeysOf names a context whose keys come from TicketKeys: give this one the same", nameof(options));
            case TlsServerOptions { TicketKeysOf: { } source }:
                CopyTicketKeys(source, context);
                break;
        }
    }

    private static void CopyTicketKeys(TlsContext source, nint context)
    {
        bool isHeld = false;
        source.Handle.DangerousAddRef(ref isHeld);
        int length = (int)LibSsl.SSL_CTX_get_tlsext_ticket_keys(source.Handle.Pointer, null, 0);
        Span<byte> keys = stackalloc byte[length];
        try
        {
            fixed (byte* pointer = keys)
            {
                TlsContextBuilder.Require(LibSsl.SSL_CTX_get_tlsext_ticket_keys(source.Handle.Pointer, pointer, length), "to give the ticket keys");
                TlsContextBuilder.Require(LibSsl.SSL_CTX_set_tlsext_ticket_keys(context, pointer, length), "the ticket keys");
            }
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(keys);
            source.Handle.DangerousRelease();
        }
    }
}
