using OpenSslNb.Polling;

namespace OpenSslNb.Loop;

/// <summary>Something with a descriptor that lives on a loop: a connection, a listener, an attempt to connect. All members but <see cref="InboxItem"/>'s posting are the loop's thread's.</summary>
internal abstract class LoopSource : InboxItem
{
    /// <summary>Index in the loop's table, -1 while not attached.</summary>
    internal int Index = -1;

    /// <summary>What the poller holds for this source.</summary>
    internal Interest Registered;

    /// <summary>True while the source waits for a turn that needs no event.</summary>
    internal bool OnReadyList;

    /// <summary>The descriptor; it must stay open while the source is attached.</summary>
    internal abstract int Fd { get; }

    /// <summary>Plaintext bytes that wait here. From any thread.</summary>
    public virtual long QueuedBytes => 0;

    /// <summary>The poller has reported readiness.</summary>
    protected internal abstract void OnReady(Interest ready, bool hungUp);

    /// <summary>A turn that was asked for with <see cref="EventLoop.ScheduleTurn"/>.</summary>
    protected internal abstract void OnTurn();

    /// <summary>A call into the source threw: a defect, or a callback of the application. The source must end itself.</summary>
    protected internal abstract void OnFault(Exception exception);

    /// <summary>The loop stops: the source must end itself, detach and free what it holds.</summary>
    protected internal abstract void OnLoopStopping();
}
