using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>
/// OpenSSL's memory in a process of its own: counts what is live, exactly, and fails allocations when told to (<c>CRYPTO_set_mem_functions(3)</c>). There is no way back, and nothing outside this assembly
/// leads here.
/// </summary>
/// <remarks>Each block carries a header, so that what is live can be listed with the line of OpenSSL that asked for it, and a block that is freed twice or is not ours stops the process.</remarks>
internal static unsafe partial class OpenSslMemory
{
    private static readonly Lock s_gate = new();
    private static bool s_isInstalled;

    // Guarded by s_gate: all that is live, in no order.
    private static Header* s_first;
    private static long s_liveCount;
    private static long s_liveBytes;
    private static long s_sequence;

    // Allocations of this thread since the plan was set; 0 of any plan means none.
    [ThreadStatic]
    private static long s_asked;

    [ThreadStatic]
    private static long s_failFrom;

    [ThreadStatic]
    private static long s_failTo;

    [ThreadStatic]
    private static long s_failed;

    [ThreadStatic]
    private static int s_exemptions;

    /// <summary>Where the last allocation that failed on this thread was asked for: OpenSSL's file and line.</summary>
    [ThreadStatic]
    private static (nint File, int Line) s_lastFailed;

    /// <summary>Blocks that are live.</summary>
    public static long LiveCount => Volatile.Read(ref s_liveCount);

    /// <summary>Bytes in them, as asked for.</summary>
    public static long LiveBytes => Volatile.Read(ref s_liveBytes);

    /// <summary>Number of the last block that was made; blocks are counted from 1.</summary>
    public static long LastSequence => Volatile.Read(ref s_sequence);

    /// <summary>Allocations that this thread has asked for since <see cref="Fail"/> or <see cref="FailNothing"/>.</summary>
    public static long AskedCount => s_asked;

    /// <summary>How many of them have failed.</summary>
    public static long FailedCount => s_failed;

    /// <summary>Where the last of them was asked for.</summary>
    public static string LastFailedPlace => s_lastFailed.File == 0 ? "nowhere" : Place(s_lastFailed.File, s_lastFailed.Line);

    /// <summary>Installs the hooks, once; before anything else in the process uses OpenSSL.</summary>
    /// <exception cref="InvalidOperationException">OpenSSL was used before, by this library or by somebody else.</exception>
    public static void Install()
    {
        lock (s_gate)
        {
            if (s_isInstalled) return;
            OpenSslLibrary.BeforeInitialization(Hook);
            s_isInstalled = true;
        }

        SimulationProcess.Install();
    }

    /// <summary>From now on this thread's allocations number <paramref name="first"/> to <paramref name="last"/> fail, counted from 1.</summary>
    public static void Fail(long first, long last)
    {
        FailNothing();
        (s_failFrom, s_failTo) = (first, last);
    }

    /// <summary>No allocation of this thread fails any more; the counts begin anew.</summary>
    public static void FailNothing()
    {
        (s_failFrom, s_failTo) = (0, 0);
        (s_asked, s_failed) = (0, 0);
        s_lastFailed = default;
    }

    /// <summary>Until it is disposed, this thread's allocations neither fail nor count as asked for: they are not the engine's but the run-time's own use of the same OpenSSL.</summary>
    public static Exemption Exempt() => new();

    /// <summary>Frees what OpenSSL keeps for the calling thread: its error queue, whose entries keep their text until they are used again (<c>OPENSSL_thread_stop(3)</c>). It comes again when it is needed.</summary>
    public static void StopThread() => ((delegate* unmanaged<void>)OpenSslLibrary.Required("OPENSSL_thread_stop"))();

    private static void Hook(nint handle)
    {
        var set = (delegate* unmanaged<delegate* unmanaged[Cdecl]<nuint, byte*, int, void*>, delegate* unmanaged[Cdecl]<void*, nuint, byte*, int, void*>, delegate* unmanaged[Cdecl]<void*, byte*, int, void>, int>)
            NativeLibrary.GetExport(handle, "CRYPTO_set_mem_functions");
        if (set(&Allocate, &Reallocate, &Free) != 1) throw new InvalidOperationException("OpenSSL has allocated already (CRYPTO_set_mem_functions was refused): its memory can only be watched in a process of its own");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Allocate(nuint size, byte* file, int line) => New(size, file, line);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Reallocate(void* block, nuint size, byte* file, int line)
    {
        if (block == null) return New(size, file, line);
        if (size == 0)
        {
            Release(block);
            return null;
        }

        void* grown = New(size, file, line);
        if (grown == null) return null;
        nuint old = HeaderOf(block)->Size;
        NativeMemory.Copy(block, grown, Math.Min(old, size));
        Release(block);
        return grown;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(void* block, byte* file, int line)
    {
        if (block != null) Release(block);
    }

    private static void* New(nuint size, byte* file, int line)
    {
        if (size == 0 || MustFail(file, line)) return null;
        var header = (Header*)NativeMemory.Alloc(size + (nuint)sizeof(Header));
        header->Size = size;
        header->File = (nint)file;
        header->Line = line;
        header->Mark = Header.Live;
        lock (s_gate)
        {
            header->Sequence = ++s_sequence;
            header->Previous = null;
            header->Next = s_first;
            if (s_first != null) s_first->Previous = header;
            s_first = header;
            s_liveCount++;
            s_liveBytes += (long)size;
        }

        return header + 1;
    }

    private static void Release(void* block)
    {
        Header* header = HeaderOf(block);
        lock (s_gate)
        {
            if (header->Next != null) header->Next->Previous = header->Previous;
            if (header->Previous != null) header->Previous->Next = header->Next;
            else s_first = header->Next;
            s_liveCount--;
            s_liveBytes -= (long)header->Size;
        }

        header->Mark = Header.Freed;
        NativeMemory.Free(header);
    }

    private static Header* HeaderOf(void* block)
    {
        Header* header = (Header*)block - 1;
        if (header->Mark != Header.Live) Environment.FailFast($"OpenSSL gave back a block that is not live: {(header->Mark == Header.Freed ? "it was freed before" : "it is not ours, or was written over")}");
        return header;
    }

    private static bool MustFail(byte* file, int line)
    {
        if (s_exemptions > 0) return false;
        long number = ++s_asked;
        if (number < s_failFrom || number > s_failTo) return false;
        s_failed++;
        s_lastFailed = ((nint)file, line);
        return true;
    }

    private static string Place(nint file, int line) => $"{Marshal.PtrToStringUTF8(file)}:{line}";

    /// <summary>The time of an exemption.</summary>
    internal readonly ref struct Exemption
    {
        public Exemption() => s_exemptions++;

        public void Dispose() => s_exemptions--;
    }

    /// <summary>In front of each block. A multiple of 16 bytes, so that blocks are aligned like those of <c>malloc(3)</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Header
    {
        public const long Live = 0x4F53_534C_4C69_7665;
        public const long Freed = 0x4F53_534C_4672_6565;

        public Header* Next;
        public Header* Previous;
        public nuint Size;
        public nint File;
        public long Sequence;
        public int Line;
        public long Mark;
    }
}
