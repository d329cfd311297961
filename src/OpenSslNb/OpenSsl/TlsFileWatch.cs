using System.Security.Cryptography;

namespace OpenSslNb;

/// <summary>
/// Looks at files from time to time, and says when what they hold has changed: for certificates that something else renews. By content, so that it does not matter how they are changed (in place, by a file moved over them, by a link
/// that points elsewhere), and not before it has been the same for two looks, so that nobody acts on half a change.
/// </summary>
public sealed class TlsFileWatch : IDisposable
{
    private readonly IReadOnlyList<string> _paths;
    private readonly Action _changed;
    private readonly Action<Exception>? _failed;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    // Guarded by _gate: what was acted on, and what was seen last.
    private byte[] _known;
    private byte[] _seen;

    /// <summary>Begins to look. What the files hold now is no change.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="changed">Called on a thread of the pool, one call at a time, to read them again: for example with <see cref="TlsListener.ReplaceContext"/>. What it throws is given to <paramref name="failed"/>; it is called again when they change again.</param>
    /// <param name="failed">Told when the files could not be read, or <paramref name="changed"/> has thrown. Whatever was in use stays in use.</param>
    /// <param name="lookEvery">Every 10 seconds unless given.</param>
    /// <param name="clock">The system's unless given.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public TlsFileWatch(IReadOnlyList<string> paths, Action changed, Action<Exception>? failed = null, TimeSpan? lookEvery = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(changed);
        TimeSpan every = lookEvery ?? TimeSpan.FromSeconds(10);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero, nameof(lookEvery));
        _paths = paths;
        _changed = changed;
        _failed = failed;
        _known = _seen = Digest();
        _timer = (clock ?? TimeProvider.System).CreateTimer(static watch => ((TlsFileWatch)watch!).Look(), this, every, every);
    }

    /// <summary>Looks no more. A call that is under way goes on.</summary>
    public void Dispose() => _timer.Dispose();

    /// <summary>Looks now, as the timer does.</summary>
    internal void Look()
    {
        // One look at a time; a slow one is not caught up with.
        if (!_gate.TryEnter()) return;
        try
        {
            byte[] now = Digest();
            bool isSettled = now.AsSpan().SequenceEqual(_seen);
            _seen = now;
            if (!isSettled || now.AsSpan().SequenceEqual(_known)) return;
            _known = now;
            _changed();
        }
        catch (Exception e)
        {
            _failed?.Invoke(e);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in _paths) hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        return hash.GetHashAndReset();
    }
}
