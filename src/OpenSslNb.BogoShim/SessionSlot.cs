using OpenSslNb.Interop;

namespace OpenSslNb.BogoShim;

/// <summary>What a client's connection leaves for the next one, whatever context that is made of.</summary>
internal sealed unsafe class SessionSlot
{
    /// <summary>Under which name the context keeps the runner's sessions.</summary>
    public const string Peer = "runner";

    private SafeSslSessionHandle? _session;

    public bool HasSession => _session is not null;

    /// <summary>Offers the session, and has the context keep what comes.</summary>
    public void OfferTo(SslMachine machine)
    {
        machine.Instance.ResumeAs(Peer);
        if (_session is { } session) machine.Instance.OfferSession(session);
    }

    /// <summary>Takes the newest session that has come; the others are of no use.</summary>
    /// <returns>False when none has come.</returns>
    public bool TakeFrom(TlsContext context)
    {
        _session?.Dispose();
        _session = context.Sessions?.Take(Peer, DateTimeOffset.UtcNow);
        context.ForgetSessions();
        return HasSession;
    }

    /// <summary>True when the session allows early data.</summary>
    public bool AllowsEarlyData => EarlyDataLimit > 0;

    /// <summary>Most bytes that may be sent early.</summary>
    public int EarlyDataLimit => _session is { } session ? (int)Math.Min(int.MaxValue, LibSsl.SSL_SESSION_get_max_early_data(session.Pointer)) : 0;
}
