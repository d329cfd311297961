using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Objects;

/// <summary><c>onb_question</c>: something that a handshake waits for. What C is shown of it stays until it is answered and the callback has returned.</summary>
internal abstract class Question
{
    private int _holders = 2;

    protected Question(TlsClientHello? hello = null)
    {
        Hello = hello;
        Handle = HandleTable.Add(this);
    }

    public nint Handle { get; }

    public Arena Memory { get; } = new();

    /// <summary>The message that it is about, where it is about one.</summary>
    public TlsClientHello? Hello { get; }

    /// <summary>Ends the connection.</summary>
    public abstract void Refuse(int alert);

    /// <summary>The callback has returned, or the answer is there: the second of them frees the memory.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0) Memory.Dispose();
    }
}

/// <summary>A question with its kind of answer. Whoever answers has taken its handle, so that nobody else can.</summary>
internal sealed class Question<T>(TlsClientHello? hello = null) : Question(hello)
{
    // Continuations run where the answer is given: they only tell the loop, and the process needs no pool of threads for them.
    private readonly TaskCompletionSource<T> _answer = new();

    public ValueTask<T> Waiting => new(_answer.Task);

    public void Answer(T answer)
    {
        _answer.SetResult(answer);
        LetGo();
    }

    public override void Refuse(int alert)
    {
        _answer.SetException(new TlsAlertException((byte)alert, "the application has refused"));
        LetGo();
    }
}
