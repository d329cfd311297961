using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenSslNb.Interop.Tests;

/// <summary>How often OpenSSL itself has destroyed the object at an address: told by the free callback of <c>CRYPTO_get_ex_new_index(3)</c>, so it is no claim of ours.</summary>
internal static unsafe class NativeFrees
{
    private static readonly ConcurrentDictionary<nint, int> s_frees = [];
    private static readonly ConcurrentDictionary<int, int> s_indexes = [];

    /// <summary>Starts to watch a class of objects (CRYPTO_EX_INDEX_*); only those made afterwards count. False if this version has no such class.</summary>
    public static bool Watch(int objects) => s_indexes.GetOrAdd(objects, static o => LibCrypto.CRYPTO_get_ex_new_index(o, 0, null, null, null, (delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, nint, void>)&OnFree)) >= 0;

    public static int Of(nint pointer) => s_frees.GetValueOrDefault(pointer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFree(nint parent, nint value, nint data, int index, nint number, nint argument) => s_frees.AddOrUpdate(parent, 1, static (_, count) => count + 1);
}
