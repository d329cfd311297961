namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>What the rewritten assemblies call. On threads that the scheduler does not control each does what stood in its place, and no more.</summary>
public static unsafe class Hooks
{
    /// <summary>Before an interlocked operation or a memory barrier, which are full fences.</summary>
    public static void Fence(string where)
    {
        if (Controlled() is not { } self) return;
        Scheduler.Current!.Reach(self, where);
        Scheduler.DrainAll(self);
    }

    /// <summary>Before the load of a shared field.</summary>
    public static void Load(string field)
    {
        if (Controlled() is not { } self) return;
        Scheduler.Current!.Reach(self, $"load {field}");
        Scheduler.DrainUpTo(self, field);
    }

    /// <summary>In place of the store of a shared field: visible to others now or later.</summary>
    public static void Store(object target, object? value, nint setter, string field)
    {
        var set = (delegate*<object, object?, void>)setter;
        if (Controlled() is not { } self)
        {
            set(target, value);
            return;
        }

        Scheduler.Current!.Reach(self, $"store {field}");
        Scheduler.Current.Delay(self, new DelayedStore(field, () => set(target, value)));
    }

    /// <summary>In place of <see cref="Lock.EnterScope"/>.</summary>
    public static Lock.Scope EnterScope(Lock gate, string where)
    {
        if (Controlled() is { } self) Scheduler.Current!.Acquire(self, gate, where);
        return gate.EnterScope();
    }

    /// <summary>In place of <see cref="Lock.Scope.Dispose"/>.</summary>
    public static void ExitScope(ref Lock.Scope scope)
    {
        scope.Dispose();
        if (Controlled() is { } self) Scheduler.Current!.Release(self);
    }

    /// <summary>In place of <c>new Thread</c>: only event loops make threads of their own.</summary>
    public static Thread NewThread(ThreadStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Controlled() is null ? new Thread(start) : Scheduler.Current!.SpawnSuspended(start);
    }

    /// <summary>In place of <see cref="Thread.Start()"/>.</summary>
    public static void StartThread(Thread thread)
    {
        if (Controlled() is null) thread.Start();
        else Scheduler.Current!.Start(thread);
    }

    /// <summary>In place of <see cref="Thread.Join()"/>.</summary>
    public static void JoinThread(Thread thread)
    {
        if (Controlled() is { } self) Scheduler.Current!.Join(self, thread);
        else thread.Join();
    }

    /// <summary>In place of <see cref="CancellationToken.UnsafeRegister(Action{object?, CancellationToken}, object?)"/>.</summary>
    public static CancellationTokenRegistration Register(ref CancellationToken token, Action<object?, CancellationToken> callback, object? state)
    {
        Fence("CancellationToken.UnsafeRegister");
        Scheduler.Current?.CountRegistration(token, +1);
        return token.UnsafeRegister(callback, state);
    }

    /// <summary>In place of <see cref="CancellationTokenRegistration.Unregister"/>.</summary>
    public static bool Unregister(ref CancellationTokenRegistration registration)
    {
        Fence("CancellationTokenRegistration.Unregister");
        bool done = registration.Unregister();
        if (done) Scheduler.Current?.CountRegistration(registration.Token, -1);
        return done;
    }

    /// <summary>In place of <see cref="CancellationTokenRegistration.Dispose"/>, which waits for a callback that runs.</summary>
    public static void DisposeRegistration(ref CancellationTokenRegistration registration)
    {
        if (Unregister(ref registration) || registration == default) return;
        if (Controlled() is { } self) Scheduler.Current!.AwaitCallbacks(self, registration.Token);
        else registration.Dispose();
    }

    /// <summary>Before a call into OpenSSL: only a loop's thread may make one.</summary>
    public static void OpenSsl(string function)
    {
        if (Controlled() is { IsLoop: false } self && !Scheduler.Current!.IsPreparing) Scheduler.Current.Fail($"{function} was called on thread {self.Name}, which is no loop's");
    }

    /// <summary>Before a system call.</summary>
    internal static void SystemCall(string name) => Fence(name);

    internal static ControlledThread? Controlled() => ControlledThread.Current is { Suppressed: 0 } self ? self : null;
}
