namespace OpenSslNb.Connections;

/// <summary>When the flights of a handshake passed. Written on the loop's thread; what was noted may be read from any.</summary>
internal sealed class HandshakeFlights
{
    private long _began;
    private ulong _taken;
    private ulong _given;
    private volatile TlsFlight[] _all = [];

    public IReadOnlyList<TlsFlight> All => _all;

    public void Begin(long now) => _began = now;

    /// <summary>After a step: whatever it has taken or given is a flight, or more of the last one.</summary>
    public void Note(ulong taken, ulong given, long now)
    {
        if (taken != _taken) Add(isSent: false, (long)(taken - _taken), now);
        if (given != _given) Add(isSent: true, (long)(given - _given), now);
        _taken = taken;
        _given = given;
    }

    private void Add(bool isSent, long bytes, long now)
    {
        TimeSpan time = TimeSpan.FromMilliseconds(now - _began);
        _all = _all is [.. var before, { } last] && last.IsSent == isSent ? [.. before, last with { Bytes = last.Bytes + bytes, Ended = time }] : [.. _all, new TlsFlight(isSent, bytes, time, time)];
    }
}
