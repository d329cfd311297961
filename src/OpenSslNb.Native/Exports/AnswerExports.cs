using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_answer_*</c>.</summary>
internal static unsafe class AnswerExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_answer_verify")]
    public static int Verify(nint question, int accept) => Call.Guarded(() =>
        Take<bool>(question).Answer(accept != 0));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_answer_context")]
    public static int Context(nint question, nint context) => Call.Guarded(() =>
    {
        Shared<TlsContext>? chosen = Handle.Optional<Shared<TlsContext>>(context, "context");
        if (chosen is { Value.IsServer: false }) throw Refusal.Argument("the context is a client's: only a server's can be chosen");
        Take<TlsContext?>(question).Answer(chosen?.HoldForEver());
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_answer_certificate")]
    public static int Certificate(nint question, nint certificate) => Call.Guarded(() =>
    {
        Shared<TlsCertificate>? chosen = Handle.Optional<Shared<TlsCertificate>>(certificate, "certificate");
        Take<TlsCertificate?>(question).Answer(chosen?.HoldForEver());
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_answer_session")]
    public static int Session(nint question, void* session, nuint length) => Call.Guarded(() =>
    {
        ReadOnlyMemory<byte>? found = session == null ? default(ReadOnlyMemory<byte>?) : Input.Bytes(session, length, "session").ToArray();
        Take<ReadOnlyMemory<byte>?>(question).Answer(found);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_answer_alert")]
    public static int Alert(nint question, int alert) => Call.Guarded(() =>
    {
        if (alert is < 0 or > byte.MaxValue) throw Refusal.Argument($"alert is {alert}: it must be from 0 to 255");
        (Handle.Take<Question>(question, "question") ?? throw Refusal.Argument("question must not be NULL")).Refuse(alert);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_question_extension")]
    public static int Extension(nint question, int type, NativeBytesView* body) => Call.Guarded(() =>
    {
        Question own = Handle.Get<Question>(question, "question");
        Input.Required(body, "body");
        if (own.Hello is not { } hello) throw new Refusal(Result.NotSupported, "the question is not about a ClientHello");
        if (type is < 0 or > ushort.MaxValue || !hello.TryGetExtension((ushort)type, out ReadOnlyMemory<byte> found)) throw Refusal.State($"there is no extension {type}");
        lock (own) *body = own.Memory.Bytes(found.Span);
    });

    private static Question<T> Take<T>(nint question) => Handle.Take<Question<T>>(question, "question") ?? throw Refusal.Argument("question must not be NULL");
}
