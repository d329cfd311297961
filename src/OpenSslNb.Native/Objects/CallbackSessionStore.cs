using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Objects;

/// <summary>A store of sessions that is kept by C.</summary>
internal sealed unsafe class CallbackSessionStore(NativeSessionCallbacks callbacks) : ITlsSessionStore
{
    public ValueTask<ReadOnlyMemory<byte>?> FindAsync(ReadOnlyMemory<byte> id)
    {
        var question = new Question<ReadOnlyMemory<byte>?>();
        fixed (byte* pointer = id.Span) callbacks.Find(question.Handle, pointer, (nuint)id.Length, callbacks.User);
        question.LetGo();
        return question.Waiting;
    }

    public void Add(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> session, TimeSpan lifetime)
    {
        fixed (byte* idPointer = id.Span)
        fixed (byte* sessionPointer = session.Span)
        {
            callbacks.Add(idPointer, (nuint)id.Length, sessionPointer, (nuint)session.Length, (long)lifetime.TotalMilliseconds, callbacks.User);
        }
    }

    public void Remove(ReadOnlyMemory<byte> id)
    {
        fixed (byte* pointer = id.Span) callbacks.Remove(pointer, (nuint)id.Length, callbacks.User);
    }
}
