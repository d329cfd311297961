namespace OpenSslNb.Cli;

/// <summary>The file of <c>--trace</c>. Says so at the end when it could not be written to.</summary>
internal sealed class TraceFile(string path, TimeProvider? clock = null) : IDisposable
{
    /// <summary>Whoever is to be traced gets this.</summary>
    public TlsTraceWriter Writer { get; } = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024), clock);

    public void Dispose()
    {
        Writer.Dispose();
        if (Writer.Fault is { } fault) Console.Error.WriteLine($"opensslnb: the trace '{path}' is incomplete: {fault.Message}");
    }
}
