using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace OpenSslNb.Cli;

/// <summary>What the loops of <c>serve</c> have in common: how each makes its own.</summary>
internal sealed record ServePlan
{
    /// <summary>One of <see cref="Protocols.Names"/>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Makes a loop.</summary>
    public required Func<EventLoop> CreateLoop { get; init; }

    /// <summary>Where the certificates and their keys are.</summary>
    public required ServerIdentity Identity { get; init; }

    /// <summary>Without the certificates.</summary>
    public required TlsServerOptions Context { get; init; }

    /// <summary>With the limit that the loops share.</summary>
    public required TlsListenerOptions Listener { get; init; }

    /// <summary>What the protocol <c>file</c> sends.</summary>
    public SafeFileHandle? File { get; init; }

    /// <summary>Where each connection's facts go; null for nowhere.</summary>
    public ConnectionLog? Log { get; init; }

    /// <summary>Derives what the log has beside them, of a connection whose handshake has ended.</summary>
    public Func<TlsConnection, Task<Action<Utf8JsonWriter>>>? Derive { get; init; }

    /// <summary>Reads the certificates, for a loop of its own.</summary>
    /// <param name="first">The first loop's context, which lends its ticket keys.</param>
    public ServeState Load(TlsContext? first)
    {
        ServeIdentity identity = ServeIdentity.Load(Identity);
        try
        {
            return new ServeState(identity, TlsContext.CreateServer(ServerTlsOptions.SharingTickets(identity.ApplyTo(Context), first)));
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
