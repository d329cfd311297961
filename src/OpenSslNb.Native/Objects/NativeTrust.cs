using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_trust</c>: a trust that grows.</summary>
internal sealed class NativeTrust
{
    private readonly Lock _gate = new();
    private TlsTrust? _trust;

    public void Add(TlsTrust more)
    {
        lock (_gate) _trust = _trust?.And(more) ?? more;
    }

    public void Change(Func<TlsTrust, TlsTrust> change)
    {
        lock (_gate) _trust = change(Current);
    }

    /// <exception cref="Refusal">There is nothing in it yet.</exception>
    public TlsTrust Value
    {
        get { lock (_gate) return Current; }
    }

    private TlsTrust Current => _trust ?? throw Refusal.State("the trust is empty: add authorities first");
}
