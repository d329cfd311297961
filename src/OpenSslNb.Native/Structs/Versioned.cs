using System.Runtime.CompilerServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary>Structs that begin with their size: programs may have been compiled with an older or a newer header.</summary>
internal static unsafe class Versioned
{
    private const nuint Largest = 64 * 1024;

    /// <summary>What C passes; all zero where it passes NULL. What a newer header has more must be zero, since it is not known here.</summary>
    public static T Read<T>(T* source, string name)
        where T : unmanaged
    {
        T value = default;
        if (source == null) return value;
        nuint size = SizeOf(source, name);
        byte* more = (byte*)source + sizeof(T);
        for (nuint i = (nuint)sizeof(T); i < size; i++, more++)
        {
            if (*more != 0) throw new Refusal(Result.NotSupported, $"{name} asks for something that this version of the library does not know");
        }

        return *source;
    }

    /// <summary>Fills in what C has room for; members of a newer header stay as they are.</summary>
    public static void Write<T>(T* destination, T value, string name)
        where T : unmanaged
    {
        Input.Required(destination, name);
        nuint size = SizeOf(destination, name);
        *destination = value;
        *(nuint*)destination = size;
    }

    // Members are only ever added: what there is now is the least that any header has.
    private static nuint SizeOf<T>(T* pointer, string name)
        where T : unmanaged
    {
        nuint size = Unsafe.ReadUnaligned<nuint>(pointer);
        return size >= (nuint)sizeof(T) && size <= Largest ? size : throw Refusal.Argument($"{name}.size is {size}: it must be sizeof(*{name}), which is {sizeof(T)} here");
    }
}
