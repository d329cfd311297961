using Microsoft.Win32.SafeHandles;

namespace OpenSslNb.Cli;

/// <summary>What the loops of <c>serve</c> have in common: how each makes its own.</summary>
/// <param name="Protocol">One of <see cref="Protocols.Names"/>.</param>
/// <param name="CreateLoop">Makes a loop.</param>
/// <param name="LoadIdentity">Reads the certificates and their keys.</param>
/// <param name="Context">Without the certificates.</param>
/// <param name="Listener">With the limit that the loops share.</param>
/// <param name="File">What the protocol <c>file</c> sends.</param>
internal sealed record ServePlan(string Protocol, Func<EventLoop> CreateLoop, Func<ServeIdentity> LoadIdentity, TlsServerOptions Context, TlsListenerOptions Listener, SafeFileHandle? File = null)
{
    /// <summary>Reads the certificates, for a loop of its own.</summary>
    /// <param name="ticketKeysOf">A client that comes again is dealt to any loop, before a reload or after it: what this context gave it is good for all.</param>
    public ServeState Load(TlsContext? ticketKeysOf)
    {
        ServeIdentity identity = LoadIdentity();
        try
        {
            TlsServerOptions options = identity.ApplyTo(Context);
            return new ServeState(identity, TlsContext.CreateServer(options.TicketKeys is null && options.SessionStore is null ? options with { TicketKeysOf = ticketKeysOf } : options));
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }
}

/// <summary>What a reload replaces.</summary>
internal sealed class ServeState(ServeIdentity identity, TlsContext context) : IDisposable
{
    public TlsContext Context => context;

    public void Dispose()
    {
        context.Dispose();
        identity.Dispose();
    }
}
