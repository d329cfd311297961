namespace OpenSslNb.Native.Handles;

/// <summary>Something that C may free while others still need it: disposed when the last of them has let go.</summary>
internal sealed class Shared<T>(T value)
    where T : class, IDisposable
{
    private int _references = 1;

    public T Value => value;

    public Shared<T> Hold()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>For users who never say when they are done, such as a handshake that was given this as an answer: the collector finds out.</summary>
    public T HoldForEver() => Hold().Value;

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) value.Dispose();
    }
}
