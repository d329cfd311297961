namespace OpenSslNb.Native.Boundary;

/// <summary><c>onb_result</c>.</summary>
internal enum Result
{
    Ok = 0,
    WantRead = 1,
    WantWrite = 2,
    WantClientHello = 3,
    WantCertificate = 4,
    WantVerify = 5,
    WantAsync = 6,
    End = 7,
    Full = 8,
    InvalidArgument = -1,
    BadHandle = -2,
    WrongThread = -3,
    Reentrant = -4,
    BadState = -5,
    Forked = -6,
    NoMemory = -7,
    OpenSsl = -8,
    NoOpenSsl = -9,
    Io = -10,
    SendClosed = -11,
    Lost = -12,
    BufferTooSmall = -13,
    NotSupported = -14,
    Format = -15,
    Internal = -16,
}

/// <summary>A wrong use of the library, with the code that tells it.</summary>
internal sealed class Refusal(Result result, string message) : Exception(message)
{
    public Result Result { get; } = result;

    public static Refusal Argument(string message) => new(Result.InvalidArgument, message);

    public static Refusal State(string message) => new(Result.BadState, message);
}
