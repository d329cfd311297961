using System.Buffers.Binary;

namespace OpenSslNb.Simulation;

/// <summary>Sees every step of a world: puts it into the digest, checks that none follows a failure, and hands it on.</summary>
internal sealed class WorldTrace(ITlsTrace? next, Action<string> violation) : ITlsTrace, IDisposable
{
    private readonly WorldDigest _digest = new();
    private readonly Dictionary<TlsConnection, int> _numbers = [];
    private readonly HashSet<TlsConnection> _failed = [];

    /// <summary>Steps so far.</summary>
    public long Count { get; private set; }

    /// <summary>Steps that moved something or ended something.</summary>
    public long Progress { get; private set; }

    public void OnStep(TlsConnection connection, in TlsTraceStep step)
    {
        Count++;
        if (!step.Step.IsBlocked) Progress++;
        if (_failed.Contains(connection)) violation($"{step.Operation} was attempted on a connection that is lost");
        if (step.Step.Kind == SslStepKind.Failed) _failed.Add(connection);
        if (!_numbers.TryGetValue(connection, out int number)) _numbers.Add(connection, number = _numbers.Count);

        Span<byte> line = stackalloc byte[40];
        BinaryPrimitives.WriteInt32LittleEndian(line, number);
        BinaryPrimitives.WriteInt64LittleEndian(line[4..], step.Time.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(line[12..], step.QueuedBytes);
        BinaryPrimitives.WriteInt32LittleEndian(line[20..], step.Step.Bytes);
        line[24] = (byte)step.Operation;
        line[25] = (byte)step.Step.Kind;
        line[26] = (byte)step.Step.Want;
        line[27] = (byte)step.Before;
        line[28] = (byte)step.After;
        _digest.Append(line);
        next?.OnStep(connection, step);
    }

    /// <summary>The digest of all steps and of these pipes.</summary>
    public byte[] Digest(IEnumerable<VirtualPipe> pipes)
    {
        foreach (VirtualPipe pipe in pipes) _digest.Append(pipe.Digest);
        return _digest.Current();
    }

    public void Dispose() => _digest.Dispose();
}
