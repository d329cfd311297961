using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>What the dynamic linker has loaded.</summary>
internal static unsafe class LoadedLibraries
{
    private static readonly delegate* unmanaged<nint, int, nint> s_dlopen = (delegate* unmanaged<nint, int, nint>)Find("dlopen");
    private static readonly delegate* unmanaged<nint, int> s_dlclose = (delegate* unmanaged<nint, int>)Find("dlclose");

    /// <summary>True when the process has this library already (<c>dlopen(3)</c> with <c>RTLD_NOLOAD</c>).</summary>
    /// <param name="soname">Such as <c>libssl.so.3</c>.</param>
    public static bool Contains(string soname)
    {
        nint handle = Open(soname, LibC.RTLD_LAZY | LibC.RTLD_NOLOAD);
        if (handle == 0) return false;
        _ = s_dlclose(handle);
        return true;
    }

    /// <summary>True when the program has an OpenSSL linked into it and shows it to the libraries that it loads: theirs would be bound to that one in part, whatever its version.</summary>
    public static bool ProgramHasOpenSsl => Find("CRYPTO_free") != 0;

    /// <summary>Loads a library whose calls go to its own libraries first (<c>RTLD_DEEPBIND</c>); as always where AddressSanitizer watches, which forbids that.</summary>
    public static bool TryLoadBoundDeeply(string name, out nint handle)
    {
        handle = s_dlopen == null || Find("__asan_init") != 0 ? 0 : Open(name, LibC.RTLD_NOW | LibC.RTLD_DEEPBIND);
        return handle != 0 || NativeLibrary.TryLoad(name, out handle);
    }

    // Older C libraries have it in a library of its own: then nobody knows what is loaded, and the usual order holds.
    private static nint Open(string name, int flags)
    {
        if (s_dlopen == null || s_dlclose == null) return 0;
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            return s_dlopen(text, flags);
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    private static nint Find(string symbol) => NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), symbol, out nint address) ? address : 0;
}
