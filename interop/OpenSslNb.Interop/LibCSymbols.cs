using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>
/// Where the functions of <see cref="LibC"/> are: in the process's C library, unless a simulated kernel was put in its place before the first of them was used. The pointers are readonly from then on,
/// so that a call costs the same as if there were no such choice.
/// </summary>
internal static class LibCSymbols
{
    private static Func<string, nint>? s_substitute;
    private static bool s_areBound;

    /// <summary>Puts other functions in the place of the C library's, for the whole life of the process. For simulations alone.</summary>
    /// <param name="substitute">The address of a function with the same signature, or 0 to keep the C library's.</param>
    /// <exception cref="InvalidOperationException">The functions are in use already.</exception>
    internal static void Substitute(Func<string, nint> substitute)
    {
        if (s_areBound) throw new InvalidOperationException("the C library's functions are in use already: a simulated kernel must be installed before anything else");
        s_substitute = substitute;
    }

    /// <summary>The address of a function of the C library, by whatever soname the process has it (<c>dlsym(3)</c>).</summary>
    internal static nint Address(string name)
    {
        s_areBound = true;
        nint substitute = s_substitute?.Invoke(name) ?? 0;
        return substitute != 0 ? substitute : Original(name);
    }

    /// <summary>The C library's own function, whatever stands in its place.</summary>
    internal static nint Original(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
}
