using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary>C's functions as the delegates of a context.</summary>
internal static unsafe class ContextCallbacks
{
    private const int LongestKey = TlsPreSharedKey.MostLength;

    /// <summary>Callbacks of a handshake that is stepped by a worker come on the worker's thread, which is inside the machine and cannot wait for itself.</summary>
    /// <exception cref="Refusal">This is such a thread.</exception>
    public static void RequireNoWorker()
    {
        if (TlsWorkers.IsCurrent) throw new Refusal(Result.Reentrant, "not from inside a callback on a worker's thread");
    }

    public static Action<string> KeyLog(delegate* unmanaged<byte*, void*, void> callback, void* user) => line =>
    {
        using var memory = new Arena();
        callback(memory.Text(line), user);
    };

    public static Func<TlsPeerVerification, ValueTask<bool>> Verify(delegate* unmanaged<nint, NativePeer*, void*, void> callback, void* user) => peer =>
    {
        var question = new Question<bool>();
        callback(question.Handle, NativePeer.Of(peer, question.Memory), user);
        question.LetGo();
        return question.Waiting;
    };

    public static Func<TlsCertificateRequest, ValueTask<TlsCertificate?>> SelectCertificate(delegate* unmanaged<nint, NativeCertificateRequest*, void*, void> callback, void* user) => request =>
    {
        var question = new Question<TlsCertificate?>();
        callback(question.Handle, NativeCertificateRequest.Of(request, question.Memory), user);
        question.LetGo();
        return question.Waiting;
    };

    public static Func<TlsClientHello, ValueTask<TlsContext?>> SelectContext(delegate* unmanaged<nint, NativeClientHello*, void*, void> callback, void* user) => hello =>
    {
        var question = new Question<TlsContext?>(hello);
        callback(question.Handle, NativeClientHello.Of(hello, question.Memory), user);
        question.LetGo();
        return question.Waiting;
    };

    public static Func<string, TlsPreSharedKey?> FindPreSharedKey(delegate* unmanaged<byte*, byte*, void*, nuint> callback, void* user) => identity =>
    {
        using var memory = new Arena();
        byte* key = stackalloc byte[LongestKey];
        nuint length = callback(memory.Text(identity), key, user);
        try
        {
            return length == 0 ? null : new TlsPreSharedKey(identity, new ReadOnlySpan<byte>(key, (int)Math.Min(length, LongestKey + 1)));
        }
        finally
        {
            new Span<byte>(key, LongestKey).Clear();
        }
    };
}
