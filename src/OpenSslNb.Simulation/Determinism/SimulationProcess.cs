using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>
/// Makes this process one that simulates: the engine's system calls lead to the virtual kernel where one is set, OpenSSL's time is the virtual clock's, and its randomness follows from a seed.
/// There is no way back, and nothing outside this assembly leads here.
/// </summary>
internal static unsafe class SimulationProcess
{
    private static readonly Lock s_gate = new();
    private static bool s_isInstalled;

    [ThreadStatic]
    private static Randomness? s_openSslRandomness;

    /// <summary>Where OpenSSL's random bytes on this thread come from. Outside a world a generator of its own, so that nothing secret can ever come of it.</summary>
    public static Randomness OpenSslRandomness
    {
        get => s_openSslRandomness ??= new Randomness(0);
        set => s_openSslRandomness = value;
    }

    /// <summary>Installs everything, once. Must run before anything else in the process uses the engine.</summary>
    /// <exception cref="InvalidOperationException">The engine was used before, or OpenSSL lacks what is needed.</exception>
    public static void Install()
    {
        lock (s_gate)
        {
            if (s_isInstalled) return;
            LibCSymbols.Substitute(SystemCallHooks.Find);
            OpenSslLibrary.EnsureLoaded();
            PatchImports();
            InstallRandomness();
            s_isInstalled = true;
        }
    }

    private static void PatchImports()
    {
        var replacements = new Dictionary<string, nint>
        {
            ["read"] = SystemCallHooks.Find("read"),
            ["write"] = SystemCallHooks.Find("write"),
            ["time"] = (nint)(delegate* unmanaged[Cdecl]<long*, long>)&Time,
            ["gettimeofday"] = (nint)(delegate* unmanaged[Cdecl]<long*, void*, int>)&GetTimeOfDay,
        };
        nint self = NativeLibrary.GetMainProgramHandle();
        int crypto = ImportPatch.Apply(self, "libcrypto.so", replacements);
        int ssl = ImportPatch.Apply(self, "libssl.so", replacements);
        if (crypto == 0 || ssl == 0) throw new InvalidOperationException($"the imports of this OpenSSL cannot be redirected ({OpenSslLibrary.Version.Text}: {crypto} in libcrypto, {ssl} in libssl)");
    }

    // RAND_set_rand_method(3): deprecated since 3.0, and what every version up to now obeys.
    private static void InstallRandomness()
    {
        var set = (delegate* unmanaged<RandMethod*, int>)OpenSslLibrary.Optional("RAND_set_rand_method");
        if (set == null) throw new InvalidOperationException($"{OpenSslLibrary.Version.Text} lacks RAND_set_rand_method: its randomness cannot be seeded");
        var method = (RandMethod*)NativeMemory.AllocZeroed((nuint)sizeof(RandMethod));
        method->Bytes = &Bytes;
        method->PseudoRandom = &Bytes;
        method->Status = &Status;
        if (set(method) != 1) throw new InvalidOperationException("RAND_set_rand_method was refused");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Bytes(byte* buffer, int count)
    {
        OpenSslRandomness.Fill(new Span<byte>(buffer, count));
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Status() => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Time(long* result)
    {
        long now = VirtualKernel.Current?.Clock.UnixSeconds ?? VirtualClock.Epoch.ToUnixTimeSeconds();
        if (result != null) *result = now;
        return now;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTimeOfDay(long* time, void* zone)
    {
        time[0] = VirtualKernel.Current?.Clock.UnixSeconds ?? VirtualClock.Epoch.ToUnixTimeSeconds();
        time[1] = (VirtualKernel.Current?.Clock.Microseconds ?? 0) % 1_000_000;
        return 0;
    }

    /// <summary><c>RAND_METHOD</c> of openssl/rand.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RandMethod
    {
        public nint Seed;
        public delegate* unmanaged[Cdecl]<byte*, int, int> Bytes;
        public nint Cleanup;
        public nint Add;
        public delegate* unmanaged[Cdecl]<byte*, int, int> PseudoRandom;
        public delegate* unmanaged[Cdecl]<int> Status;
    }
}
