namespace OpenSslNb.Concurrency.Scheduling;

/// <content>
/// What a processor and a lock do: a plain store may become visible later than the loads that follow it (the store buffer of x86 and Arm), until the next full fence.
/// </content>
internal sealed partial class Scheduler
{
    private readonly Dictionary<Lock, (ControlledThread Owner, int Depth)> _owners = [];

    // Who runs the callbacks of which cancellation.
    private readonly List<(CancellationToken Token, ControlledThread Thread)> _cancelling = [];

    /// <summary>A store that nobody else sees before the buffer gives it, or a fence does.</summary>
    public void Delay(ControlledThread self, DelayedStore store)
    {
        if (IsPreparing) store.Apply();
        else self.Stores.Enqueue(store);
    }

    /// <summary>A full fence: all stores of the thread are visible.</summary>
    public static void DrainAll(ControlledThread self)
    {
        while (self.Stores.TryDequeue(out DelayedStore store)) store.Apply();
    }

    /// <summary>The thread loads what it may have stored itself: it must see its own store.</summary>
    public static void DrainUpTo(ControlledThread self, string field)
    {
        if (self.Stores.Any(store => store.Field == field)) DrainAll(self);
    }

    public void Acquire(ControlledThread self, Lock gate, string where)
    {
        WaitUntil(self, () => !_owners.TryGetValue(gate, out var held) || held.Owner == self, where);
        _owners[gate] = (self, _owners.GetValueOrDefault(gate).Depth + 1);
        self.Held.Push(gate);
        DrainAll(self);
    }

    public void Release(ControlledThread self)
    {
        DrainAll(self);
        Lock gate = self.Held.Pop();
        int depth = _owners[gate].Depth - 1;
        if (depth == 0) _owners.Remove(gate);
        else _owners[gate] = (self, depth);
    }

    /// <summary>Cancels; its callbacks run inside the call.</summary>
    public void Cancel(ControlledThread self, CancellationTokenSource source)
    {
        Reach(self, "Cancel");
        DrainAll(self);
        _cancelling.Add((source.Token, self));
        source.Cancel();
        _cancelling.Remove((source.Token, self));
    }

    /// <summary>Waits until no other thread is inside a callback of the token.</summary>
    public void AwaitCallbacks(ControlledThread self, CancellationToken token) =>
        WaitUntil(self, () => !_cancelling.Exists(entry => entry.Token == token && entry.Thread != self), "CancellationTokenRegistration.Dispose");
}
