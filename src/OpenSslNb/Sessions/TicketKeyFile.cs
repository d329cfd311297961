using System.Runtime.Versioning;

namespace OpenSslNb;

/// <summary>Ticket keys from a file, for several processes or machines: looked at again from time to time, and read again when it has changed. For all threads.</summary>
/// <remarks>
/// The file is one to 16 keys of <see cref="TicketKey.Length"/> random bytes each, one behind the other; the first makes tickets. To change keys, put a new one in front of a copy and move that over the file (<c>rename(2)</c>), so that
/// nobody reads half of it; where several machines share keys, put the new one behind the first everywhere before it makes tickets anywhere. A file that is broken leaves the keys in use as they are.
/// </remarks>
[UnsupportedOSPlatform("windows")]
public sealed class TicketKeyFile : ITicketKeySource
{
    private const int MostKeys = 16;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _every;
    private volatile IReadOnlyList<TicketKey> _keys;
    private (DateTime Changed, long Length) _seen;
    private long _nextLook;

    /// <param name="path">The file; only its owner may read it (<c>chmod 600</c>).</param>
    /// <param name="lookEvery">How often it is looked at; every 10 seconds unless given.</param>
    /// <param name="clock">The system's unless given.</param>
    /// <exception cref="IOException">It cannot be read, its length is not right, or others may read it.</exception>
    public TicketKeyFile(string path, TimeSpan? lookEvery = null, TimeProvider? clock = null)
    {
        Path = path;
        _every = lookEvery ?? TimeSpan.FromSeconds(10);
        ArgumentOutOfRangeException.ThrowIfLessThan(_every, TimeSpan.Zero, nameof(lookEvery));
        _clock = clock ?? TimeProvider.System;
        _seen = Stamp();
        _keys = Read();
        _nextLook = NextLook();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Why the file could not be read when it was looked at last, while older keys are in use; null when all is well.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>A change of the file could not be taken over. On the thread that looked, which is a loop's.</summary>
    public event Action<Exception>? ReloadFailed;

    /// <inheritdoc/>
    public IReadOnlyList<TicketKey> Keys
    {
        get
        {
            if (_clock.GetTimestamp() >= Volatile.Read(ref _nextLook)) Look();
            return _keys;
        }
    }

    // One thread looks, the others go on with what there is.
    private void Look()
    {
        if (!_gate.TryEnter()) return;
        Exception? fault = null;
        try
        {
            if (_clock.GetTimestamp() < _nextLook) return;
            Volatile.Write(ref _nextLook, NextLook());
            (DateTime, long) stamp = Stamp();
            if (stamp == _seen) return;
            _seen = stamp;
            _keys = Read();
            Fault = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = fault = e;
        }
        finally
        {
            _gate.Exit();
        }

        if (fault is not null) ReloadFailed?.Invoke(fault);
    }

    private long NextLook() => _clock.GetTimestamp() + (long)(_every.TotalSeconds * _clock.TimestampFrequency);

    private (DateTime Changed, long Length) Stamp()
    {
        var file = new FileInfo(Path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : throw new FileNotFoundException($"the ticket key file '{Path}' does not exist", Path);
    }

    private TicketKey[] Read()
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        using FileStream file = File.OpenRead(Path);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0) throw new IOException($"the ticket key file '{Path}' must be for its owner alone: chmod 600");
        if (file.Length is 0 or > MostKeys * TicketKey.Length || file.Length % TicketKey.Length != 0)
        {
            throw new IOException($"the ticket key file '{Path}' must have {TicketKey.Length} bytes for each of 1 to {MostKeys} keys, and not {file.Length} bytes");
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return [.. bytes.Chunk(TicketKey.Length).Select(key => TicketKey.FromBytes(key))];
    }
}
