using System.Runtime.CompilerServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary>A struct that begins with its size. Members are only ever added, at the end.</summary>
internal interface IVersioned
{
    /// <summary>Its size in the first header that had it: never changes.</summary>
    static abstract int FirstSize { get; }
}

/// <summary>Structs that begin with their size: programs may have been compiled with an older or a newer header.</summary>
internal static unsafe class Versioned
{
    private const nuint Largest = 64 * 1024;

    /// <summary>What C passes; all zero where it passes NULL, and where its header is older. What a newer header has more must be zero, since it is not known here.</summary>
    public static T Read<T>(T* source, string name)
        where T : unmanaged, IVersioned
    {
        T value = default;
        if (source == null) return value;
        nuint size = SizeOf(source, name);
        for (nuint i = (nuint)sizeof(T); i < size; i++)
        {
            if (((byte*)source)[i] != 0) throw new Refusal(Result.NotSupported, $"{name} asks for something that this version of the library does not know");
        }

        Unsafe.CopyBlockUnaligned(&value, source, (uint)Math.Min(size, (nuint)sizeof(T)));
        return value;
    }

    /// <summary>Fills in what C has room for; members of a newer header stay as they are.</summary>
    public static void Write<T>(T* destination, T value, string name)
        where T : unmanaged, IVersioned
    {
        Input.Required(destination, name);
        nuint size = SizeOf(destination, name);
        Unsafe.CopyBlockUnaligned(destination, &value, (uint)Math.Min(size, (nuint)sizeof(T)));
        Unsafe.WriteUnaligned(destination, size);
    }

    private static nuint SizeOf<T>(T* pointer, string name)
        where T : unmanaged, IVersioned
    {
        nuint size = Unsafe.ReadUnaligned<nuint>(pointer);
        return size >= (nuint)T.FirstSize && size <= Largest ? size : throw Refusal.Argument($"{name}.size is {size}: it must be sizeof(*{name}), which is {sizeof(T)} here");
    }
}
