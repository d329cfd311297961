using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_ticket_keys_*</c>, <c>onb_session_store_*</c>, <c>onb_workers_*</c> and <c>onb_limit_*</c>.</summary>
internal static unsafe class ResourceExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_ticket_keys_new_random")]
    public static int NewRandomKeys(long periodMilliseconds, long overlapMilliseconds, nint* keys) => Call.Guarded(() =>
    {
        Input.Required(keys, "keys");
        *keys = HandleTable.Add(new RandomTicketKeys(Span(periodMilliseconds, "period_ms"), Span(overlapMilliseconds, "overlap_ms")));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_ticket_keys_new_file")]
    public static int NewFileKeys(byte* path, long lookEveryMilliseconds, nint* keys) => Call.Guarded(() =>
    {
        Input.Required(keys, "keys");
        *keys = HandleTable.Add(new TicketKeyFile(Input.Text(path, "path"), Span(lookEveryMilliseconds, "look_every_ms")));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_ticket_keys_new")]
    public static int NewKeys(void* bytes, nuint count, nint* keys) => Call.Guarded(() =>
    {
        Input.Required(keys, "keys");
        var made = new SettableTicketKeys();
        made.Set(bytes, count);
        *keys = HandleTable.Add(made);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_ticket_keys_set")]
    public static int SetKeys(nint keys, void* bytes, nuint count) => Call.Guarded(() =>
    {
        ITicketKeySource source = Handle.Get<ITicketKeySource>(keys, "keys");
        if (source is not SettableTicketKeys own) throw new Refusal(Result.NotSupported, "these keys come from elsewhere: only those of onb_ticket_keys_new can be set");
        own.Set(bytes, count);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_ticket_keys_free")]
    public static int FreeKeys(nint keys) => Call.Guarded(() =>
        _ = Handle.Take<ITicketKeySource>(keys, "keys"));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_session_store_new_memory")]
    public static int NewMemoryStore(nuint capacity, nint* store) => Call.Guarded(() =>
    {
        Input.Required(store, "store");
        if (capacity is 0 or > int.MaxValue) throw Refusal.Argument($"capacity is {capacity}: it must be from 1 to {int.MaxValue}");
        *store = HandleTable.Add(new MemorySessionStore((int)capacity));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_session_store_new")]
    public static int NewStore(NativeSessionCallbacks* callbacks, nint* store) => Call.Guarded(() =>
    {
        Input.Required(store, "store");
        Input.Required(callbacks, "callbacks");
        NativeSessionCallbacks own = Versioned.Read(callbacks, "callbacks");
        if (own.Find == null || own.Add == null || own.Remove == null) throw Refusal.Argument("a session store needs all of its callbacks");
        *store = HandleTable.Add(new CallbackSessionStore(own));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_session_store_free")]
    public static int FreeStore(nint store) => Call.Guarded(() =>
        _ = Handle.Take<ITlsSessionStore>(store, "store"));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_workers_new")]
    public static int NewWorkers(int count, nint* workers) => Call.Guarded(() =>
    {
        Input.Required(workers, "workers");
        const int Most = 1024;
        if (count is < 1 or > Most) throw Refusal.Argument($"count is {count}: it must be from 1 to {Most}");
        *workers = HandleTable.Add(new TlsWorkers(count));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_workers_free")]
    public static int FreeWorkers(nint workers) => Call.Guarded(() =>
    {
        ContextCallbacks.RequireNoWorker();
        Handle.Take<TlsWorkers>(workers, "workers")?.Dispose();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_limit_new")]
    public static int NewLimit(int maximum, nint* limit) => Call.Guarded(() =>
    {
        Input.Required(limit, "limit");
        *limit = HandleTable.Add(new TlsConnectionLimit(maximum));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_limit_count")]
    public static int CountLimit(nint limit, int* count) => Call.Guarded(() =>
    {
        Input.Required(count, "count");
        *count = Handle.Get<TlsConnectionLimit>(limit, "limit").Count;
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_limit_free")]
    public static int FreeLimit(nint limit) => Call.Guarded(() =>
        _ = Handle.Take<TlsConnectionLimit>(limit, "limit"));

    private static TimeSpan? Span(long milliseconds, string name) => milliseconds switch
    {
        0 => null,
        > 0 and <= int.MaxValue => TimeSpan.FromMilliseconds(milliseconds),
        _ => throw Refusal.Argument($"{name} is {milliseconds}: it must be positive and at most {int.MaxValue}, or 0 for the default"),
    };
}
