using Microsoft.Win32.SafeHandles;
using OpenSslNb.Engine;

namespace OpenSslNb.Connections;

/// <summary>A send of a part of a file. What is not read yet is the loop's thread's alone.</summary>
internal sealed class FileSend : SendWaiter, IOutboundSource
{
    private readonly SafeFileHandle _file;

    /// <summary>The file stays open as long as this waits, whatever its owner does.</summary>
    public FileSend(ConnectionDriver driver, SafeFileHandle file, long offset, long count)
        : base(driver)
    {
        _file = file;
        Offset = offset;
        Rest = count;
        bool held = false;
        file.DangerousAddRef(ref held);
    }

    /// <summary>Where in the file the rest begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes that are not read yet.</summary>
    public long Rest { get; private set; }

    /// <summary>True when some bytes are on their way to the peer.</summary>
    public bool IsPartlyTaken { get; private set; }

    /// <summary>From now on it cannot be given up unnoticed. Under the guard of the driver.</summary>
    public void Begin() => HasBegun = true;

    /// <summary>Reads on (<c>pread(2)</c>).</summary>
    public int Read(Span<byte> destination)
    {
        int count = RandomAccess.Read(_file, destination[..(int)Math.Min(destination.Length, Rest)], Offset);
        Advance(count);
        return count;
    }

    /// <summary>Has the kernel read on and send it.</summary>
    /// <returns>False when something stands before it.</returns>
    public bool TrySend(SslMachine<OpenSsl.SslCalls> machine, long most, out SslStep step)
    {
        bool held = false;
        try
        {
            _file.DangerousAddRef(ref held);
            if (!machine.TrySendFile((int)_file.DangerousGetHandle(), Offset, Math.Min(most, Rest), out step)) return false;
            Advance(step.Bytes);
            return true;
        }
        finally
        {
            if (held) _file.DangerousRelease();
        }
    }

    /// <summary>The file has come to its end too early.</summary>
    public EndOfStreamException EndedEarly() => new($"the file ended at byte {Offset}, with {Rest} bytes still to be sent: it has become shorter since SendFileAsync was called");

    protected override void OnCompleted() => _file.DangerousRelease();

    private void Advance(int count)
    {
        Offset += count;
        Rest -= count;
        IsPartlyTaken |= count > 0;
    }
}
