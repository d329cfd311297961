namespace OpenSslNb.Loop;

/// <summary>Something that another thread wants the loop to do. Intrusive: an item is in at most one inbox once at a time.</summary>
internal abstract class InboxItem
{
    internal InboxItem? NextInInbox;

    /// <summary>Runs on the loop's thread. Must not throw.</summary>
    protected internal abstract void RunOnLoop();

    /// <summary>The loop stopped before the item ran; called once, on any thread, in place of <see cref="RunOnLoop"/>. Must not throw.</summary>
    protected internal virtual void OnAbandoned()
    {
        // Most items have nobody waiting for them.
    }
}

/// <summary>Many threads put in, the loop takes out, oldest first. Lock-free: an exchange per batch for the loop, a compare-exchange per item for the others.</summary>
internal sealed class Inbox
{
    // Newest first; the loop reverses what it takes.
    private InboxItem? _newest;

    /// <summary>True when nothing waits. Exact for the loop after a full fence.</summary>
    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    /// <summary>Puts an item in; from any thread. A full fence.</summary>
    public void Post(InboxItem item)
    {
        InboxItem? newest = Volatile.Read(ref _newest);
        while (true)
        {
            item.NextInInbox = newest;
            InboxItem? seen = Interlocked.CompareExchange(ref _newest, item, newest);
            if (ReferenceEquals(seen, newest)) return;
            newest = seen;
        }
    }

    /// <summary>Takes all items out, as a list linked by <see cref="InboxItem.NextInInbox"/>, oldest first; null when there are none.</summary>
    public InboxItem? TakeAll()
    {
        if (IsEmpty) return null;
        InboxItem? item = Interlocked.Exchange(ref _newest, null);
        InboxItem? oldest = null;
        while (item is not null)
        {
            InboxItem? next = item.NextInInbox;
            item.NextInInbox = oldest;
            oldest = item;
            item = next;
        }

        return oldest;
    }
}
