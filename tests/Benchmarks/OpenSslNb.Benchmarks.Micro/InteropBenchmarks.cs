using BenchmarkDotNet.Attributes;
using OpenSslNb.Interop;

namespace OpenSslNb.Benchmarks.Micro;

/// <summary>One call into OpenSSL through the table of function pointers.</summary>
[MemoryDiagnoser]
public unsafe class InteropBenchmarks
{
    private EstablishedPair _pair = null!;
    private nint _ssl;

    [GlobalSetup]
    public void SetUp()
    {
        _pair = new EstablishedPair();
        _ssl = _pair.Client.Ssl;
    }

    [GlobalCleanup]
    public void CleanUp() => _pair.Dispose();

    /// <summary>A getter: no transition of the collector.</summary>
    [Benchmark]
    public int SslPending() => LibSsl.SSL_pending(_ssl);

    /// <summary>A call as all others are, here with nothing to clear.</summary>
    [Benchmark]
    public void ErrClearError() => LibCrypto.ERR_clear_error();

    [Benchmark]
    public ulong ErrPeekError() => LibCrypto.ERR_peek_error();

    [Benchmark]
    public int SslGetError() => LibSsl.SSL_get_error(_ssl, 1);
}
