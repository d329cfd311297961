using System.Net;

namespace OpenSslNb.Native.Boundary;

/// <summary>Turns what went wrong into a code, and keeps the details for the thread that asked.</summary>
internal static class Fault
{
    [ThreadStatic]
    private static LastError? t_last;

    /// <summary>What has failed last on this thread; null when nothing has.</summary>
    public static LastError? Last => t_last;

    /// <summary>The code of an exception, which becomes the thread's last failure.</summary>
    public static Result Of(Exception exception)
    {
        Result result = ResultOf(exception);
        Note(result, result == Result.Internal ? exception.ToString() : MessageOf(exception), exception is OpenSslException { Errors: var errors } ? errors : []);
        return result;
    }

    /// <summary>A refusal without an exception, for paths that are taken often.</summary>
    public static Result Of(Result result, string message)
    {
        Note(result, message, []);
        return result;
    }

    public static void Clear() => t_last?.Clear();

    /// <summary>Which code an exception is told as.</summary>
    public static Result ResultOf(Exception exception) => exception switch
    {
        Refusal refusal => refusal.Result,
        OpenSslException => Result.OpenSsl,
        OpenSslNotFoundException => Result.NoOpenSsl,
        TlsClosedException => Result.SendClosed,
        ObjectDisposedException or InvalidOperationException or OperationCanceledException => Result.BadState,
        ArgumentException => Result.InvalidArgument,
        FormatException => Result.Format,
        IOException or UnauthorizedAccessException => Result.Io,
        NotSupportedException => Result.NotSupported,
        OutOfMemoryException => Result.NoMemory,
        _ => Result.Internal,
    };

    /// <summary>What an exception says, without what is for those who write C#: the parameter's name there, and a second line.</summary>
    public static string MessageOf(Exception exception)
    {
        string message = exception.Message;
        if (exception is not ArgumentException { ParamName: { } name }) return message;
        int end = message.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static void Note(Result result, string message, IReadOnlyList<OpenSslError> errors) => (t_last ??= new LastError()).Set(result, message, errors);
}
