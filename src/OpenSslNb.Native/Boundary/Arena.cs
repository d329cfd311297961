using System.Runtime.InteropServices;
using System.Text;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Boundary;

/// <summary>Native memory for what C is shown, all freed at once.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private readonly List<nint> _blocks = [];

    ~Arena() => Free();

    public void* Allocate(int size)
    {
        void* block = NativeMemory.AllocZeroed((nuint)Math.Max(size, 1));
        _blocks.Add((nint)block);
        return block;
    }

    /// <summary>UTF-8 with a zero at its end; null for null.</summary>
    public byte* Text(string? text)
    {
        if (text is null) return null;
        int length = Encoding.UTF8.GetByteCount(text);
        var copy = (byte*)Allocate(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        return copy;
    }

    public NativeBytesView Bytes(ReadOnlySpan<byte> data)
    {
        var copy = (byte*)Allocate(data.Length);
        data.CopyTo(new Span<byte>(copy, data.Length));
        return new NativeBytesView { Data = copy, Length = (nuint)data.Length };
    }

    public NativeBytesView* BytesList(IReadOnlyList<ReadOnlyMemory<byte>> list)
    {
        if (list.Count == 0) return null;
        var views = (NativeBytesView*)Allocate(list.Count * sizeof(NativeBytesView));
        for (int i = 0; i < list.Count; i++) views[i] = Bytes(list[i].Span);
        return views;
    }

    public byte** TextList(IReadOnlyList<string> list)
    {
        if (list.Count == 0) return null;
        var texts = (byte**)Allocate(list.Count * sizeof(byte*));
        for (int i = 0; i < list.Count; i++) texts[i] = Text(list[i]);
        return texts;
    }

    public ushort* Numbers(IReadOnlyList<ushort> list)
    {
        if (list.Count == 0) return null;
        var numbers = (ushort*)Allocate(list.Count * sizeof(ushort));
        for (int i = 0; i < list.Count; i++) numbers[i] = list[i];
        return numbers;
    }

    /// <summary>For texts that C may keep as long as the process lives.</summary>
    public Arena KeepForEver()
    {
        GC.SuppressFinalize(this);
        return this;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        _blocks.Clear();
    }
}
