using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Names of cipher suites, made once each: OpenSSL's <c>SSL_CIPHER</c>s are constants of the library. From any thread.</summary>
internal static unsafe class CipherNames
{
    private static readonly ConcurrentDictionary<nint, string> s_names = new();

    /// <summary>The name (<c>SSL_CIPHER_get_name(3)</c>).</summary>
    /// <param name="cipher">A suite of the loaded library; 0 has the name that OpenSSL gives to none.</param>
    public static string Of(nint cipher) => s_names.GetOrAdd(cipher, static pointer => Marshal.PtrToStringUTF8((nint)LibSsl.SSL_CIPHER_get_name(pointer)) ?? "");
}
