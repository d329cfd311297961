using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>What the dynamic linker has loaded.</summary>
internal static unsafe class LoadedLibraries
{
    /// <summary>True when the process has this library already (<c>dlopen(3)</c> with <c>RTLD_NOLOAD</c>).</summary>
    /// <param name="soname">Such as <c>libssl.so.3</c>.</param>
    public static bool Contains(string soname)
    {
        // Older C libraries have it in a library of its own: then nobody knows, and the usual order holds.
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "dlopen", out nint open) || !NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "dlclose", out nint close)) return false;
        nint name = Marshal.StringToCoTaskMemUTF8(soname);
        try
        {
            nint handle = ((delegate* unmanaged<nint, int, nint>)open)(name, LibC.RTLD_LAZY | LibC.RTLD_NOLOAD);
            if (handle == 0) return false;
            _ = ((delegate* unmanaged<nint, int>)close)(handle);
            return true;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
