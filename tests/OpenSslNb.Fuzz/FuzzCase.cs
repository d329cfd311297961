using OpenSslNb.Interop;

namespace OpenSslNb.Fuzz;

/// <summary>One input, from nothing to nothing.</summary>
internal static class FuzzCase
{
    private static bool s_isWarm;

    private static (int Ssl, int Bio) Live => (NativeLive.Ssl, NativeLive.Bio);

    /// <summary>Throws <see cref="FuzzFailure"/>, or what the machine threw, if the input breaks an invariant.</summary>
    public static void Run(ReadOnlySpan<byte> bytes, Action<string>? trace = null)
    {
        WarmUp();
        (int Ssl, int Bio) before = Live;
        var input = new FuzzInput(bytes);
        using (var scenario = new Scenario(ref input, trace))
        {
            scenario.Run(ref input);
        }

        FuzzFailure.Unless(IsErrorQueueEmpty(), "the error queue is not empty in the end");
        FuzzFailure.Unless(Live == before, $"native objects: {Live}, {before} before");
    }

    // What is made once and kept must not count as part of the first input.
    private static void WarmUp()
    {
        if (s_isWarm) return;
        s_isWarm = true;
        _ = FuzzContexts.For(isTls13: true);
        _ = FuzzContexts.For(isTls13: false);
    }

    private static unsafe bool IsErrorQueueEmpty() => LibCrypto.ERR_peek_error() == 0;
}
