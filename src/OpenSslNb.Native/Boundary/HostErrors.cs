using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Native.Boundary;

/// <summary>
/// The host's entries in OpenSSL's error queue of its own thread: put aside while the library works on that thread, which needs an empty queue, and put back afterwards. Nothing is allocated when there are none.
/// </summary>
internal readonly unsafe ref struct HostErrors
{
    private const int DataIsOwnedText = 0x01 | 0x02;

    private readonly List<Entry>? _entries;

    private HostErrors(List<Entry>? entries) => _entries = entries;

    /// <summary>Loads OpenSSL if it is not, and puts the thread's entries aside.</summary>
    /// <exception cref="OpenSslNotFoundException">There is none.</exception>
    public static HostErrors Keep()
    {
        OpenSslLibrary.EnsureLoaded();
        return new HostErrors(LibCrypto.ERR_peek_error() == 0 ? null : Take());
    }

    /// <summary>Nothing to put back: for threads that are not the host's, or where somebody else keeps them.</summary>
    public static HostErrors None => default;

    public void Dispose()
    {
        if (!OpenSslLibrary.IsLoaded) return;
        if (LibCrypto.ERR_peek_error() != 0) LibCrypto.ERR_clear_error();
        if (_entries is null) return;
        foreach (Entry entry in _entries) PutBack(entry);
    }

    private static List<Entry> Take()
    {
        var entries = new List<Entry>();
        while (true)
        {
            byte* file = null;
            byte* function = null;
            byte* data = null;
            int line = 0;
            int flags = 0;
            ulong code = LibCrypto.ERR_get_error_all != null
                ? LibCrypto.ERR_get_error_all(&file, &line, &function, &data, &flags)
                : LibCrypto.ERR_get_error_line_data(&file, &line, &data, &flags);
            if (code == 0) return entries;
            entries.Add(new Entry(code, (nint)file, Copy(file), line, Copy(function), (flags & DataIsOwnedText) != 0 && data != null && *data != 0 ? Copy(data) : null));
        }
    }

    private static void PutBack(Entry entry)
    {
        (int library, int reason) = ErrorQueue.Unpack(entry.Code, OpenSslLibrary.Version.Is3OrLater);
        if (LibCrypto.ERR_new != null)
        {
            fixed (byte* file = entry.File)
            fixed (byte* function = entry.Function)
            {
                LibCrypto.ERR_new();
                LibCrypto.ERR_set_debug(file, entry.Line, function);
                LibCrypto.ERR_set_error(library, reason, null);
            }
        }
        else
        {
            // It keeps the pointer: the one that it had.
            LibCrypto.ERR_put_error(library, (int)(entry.Code >> 12) & 0xFFF, reason, (byte*)entry.FilePointer, entry.Line);
        }

        if (entry.Data is not { } text) return;
        var copy = (byte*)LibCrypto.CRYPTO_malloc((nuint)text.Length, null, 0);
        if (copy == null) return;
        text.CopyTo(new Span<byte>(copy, text.Length));
        LibCrypto.ERR_set_error_data(copy, DataIsOwnedText);
    }

    // With its zero.
    private static byte[]? Copy(byte* text) => text == null ? null : [.. MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text), 0];

    private readonly record struct Entry(ulong Code, nint FilePointer, byte[]? File, int Line, byte[]? Function, byte[]? Data);
}
