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

    /// <summary>Reads all that contexts are made of, but the certificates.</summary>
    public required Func<TlsServerOptions> LoadOptions { get; init; }

    /// <summary>All files that a reload reads.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Ask for the certificate when the handshake has ended, and let nobody through before.</summary>
    public bool AsksLater { get; init; }

    /// <summary>With it: let those in too who cannot be asked.</summary>
    public bool IsCertificateOptional { get; init; }

    /// <summary>With the limit that the loops share.</summary>
    public required TlsListenerOptions Listener { get; init; }

    /// <summary>What the protocol <c>file</c> sends.</summary>
    public SafeFileHandle? File { get; init; }

    /// <summary>What is written while it runs.</summary>
    public ServerFiles Files { get; init; } = new(null, null, null);

    /// <summary>Derives what the log has beside them, of a connection whose handshake has ended.</summary>
    public Func<TlsConnection, Task<Action<Utf8JsonWriter>>>? Derive { get; init; }

    /// <summary>Reads the certificates, for a loop of its own.</summary>
    /// <param name="first">The first loop's context, which lends its ticket keys.</param>
    /// <exception cref="Exception">Something is no good, or, when others are in use already, a certificate cannot be verified by anybody now.</exception>
    public ServeState Load(TlsContext? first, bool isReload = false)
    {
        ServeIdentity identity = ServeIdentity.Load(Identity);
        try
        {
            identity.CheckUse(isReload);
            return new ServeState(identity, TlsContext.CreateServer(ServerTlsOptions.SharingTickets(identity.ApplyTo(LoadOptions()), first)));
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
