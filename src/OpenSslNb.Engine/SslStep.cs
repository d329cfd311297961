namespace OpenSslNb;

/// <summary>How one attempt of one operation ended.</summary>
public enum SslStepKind : byte
{
    /// <summary>The connection is lost; no further call may be made on it. Also the value of <c>default</c>, so that a forgotten result is never taken for success.</summary>
    Failed = 0,

    /// <summary>The attempt did something: <see cref="SslStep.Bytes"/> application bytes moved. A read that took a record without application data is <c>Done(0)</c>.</summary>
    Done,

    /// <summary>Nothing can happen until <see cref="SslStep.Want"/> is satisfied.</summary>
    Blocked,

    /// <summary>A read met the peer's close_notify: there is no more data, and there never will be.</summary>
    Closed,
}

/// <summary>The result of one attempt of one operation. Blocking is a value here, not an exception.</summary>
/// <remarks>After <see cref="SslStepKind.Blocked"/>, call again when the want is satisfied and not before; after <see cref="SslStepKind.Done"/>
/// of a read, call again at once: more may be waiting inside OpenSSL where no poller can see it.</remarks>
public readonly struct SslStep : IEquatable<SslStep>
{
    private readonly CloseOutcome? _outcome;

    private SslStep(SslStepKind kind, SslWant want, int bytes, CloseOutcome? outcome)
    {
        Kind = kind;
        Want = want;
        Bytes = bytes;
        _outcome = outcome;
    }

    /// <summary>How the attempt ended.</summary>
    public SslStepKind Kind { get; }

    /// <summary>What a blocked operation waits for; <see cref="SslWant.None"/> otherwise.</summary>
    public SslWant Want { get; }

    /// <summary>Application bytes that this attempt moved; 0 unless <see cref="Kind"/> is <see cref="SslStepKind.Done"/>.</summary>
    public int Bytes { get; }

    /// <summary>Why the connection is lost; null unless <see cref="Kind"/> is <see cref="SslStepKind.Failed"/>.</summary>
    public CloseOutcome? Failure => Kind == SslStepKind.Failed ? _outcome ?? CloseOutcome.Unset : null;

    /// <summary>True when the attempt succeeded.</summary>
    public bool IsDone => Kind == SslStepKind.Done;

    /// <summary>True when the operation waits for <see cref="Want"/>.</summary>
    public bool IsBlocked => Kind == SslStepKind.Blocked;

    /// <summary>An attempt that moved <paramref name="bytes"/> application bytes.</summary>
    /// <param name="bytes">Number of bytes, 0 or more.</param>
    public static SslStep Done(int bytes = 0) => new(SslStepKind.Done, SslWant.None, bytes, null);

    /// <summary>An attempt that can go on only when <paramref name="want"/> is satisfied.</summary>
    /// <param name="want">Anything but <see cref="SslWant.None"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The want is <see cref="SslWant.None"/>.</exception>
    public static SslStep Blocked(SslWant want)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)want, (byte)SslWant.None, nameof(want));
        return new(SslStepKind.Blocked, want, 0, null);
    }

    /// <summary>A read that met the peer's close_notify.</summary>
    public static SslStep Closed() => new(SslStepKind.Closed, SslWant.None, 0, null);

    /// <summary>An attempt that lost the connection.</summary>
    /// <param name="outcome">Why.</param>
    public static SslStep Failed(CloseOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return new(SslStepKind.Failed, SslWant.None, 0, outcome);
    }

    /// <inheritdoc/>
    public bool Equals(SslStep other) =>
        Kind == other.Kind && Want == other.Want && Bytes == other.Bytes && ReferenceEquals(_outcome, other._outcome);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SslStep other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Want, Bytes, _outcome);

    /// <summary>Equality of all parts.</summary>
    public static bool operator ==(SslStep left, SslStep right) => left.Equals(right);

    /// <summary>Inequality of any part.</summary>
    public static bool operator !=(SslStep left, SslStep right) => !left.Equals(right);

    /// <summary>For messages and traces, for example <c>Blocked(Read)</c>.</summary>
    public override string ToString() => Kind switch
    {
        SslStepKind.Done => $"Done({Bytes})",
        SslStepKind.Blocked => $"Blocked({Want})",
        SslStepKind.Closed => "Closed",
        _ => $"Failed({Failure})",
    };
}
