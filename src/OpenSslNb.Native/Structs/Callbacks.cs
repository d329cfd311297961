using System.Runtime.InteropServices;

namespace OpenSslNb.Native.Structs;

/// <summary><c>onb_callbacks</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeCallbacks : IVersioned
{
    public static int FirstSize => 64;

    public nuint Size;
    public delegate* unmanaged<nint, nint, void*, void*> OnAccepted;
    public delegate* unmanaged<nint, void*, void> OnOpened;
    public delegate* unmanaged<nint, byte*, nuint, void*, void> OnReceived;
    public delegate* unmanaged<nint, byte*, nuint, void*, int> OnEarlyData;
    public delegate* unmanaged<nint, void*, void> OnPeerClosed;
    public delegate* unmanaged<nint, void*, void> OnLowWater;
    public delegate* unmanaged<nint, NativeOutcome*, void*, void> OnClosed;
}

/// <summary><c>onb_session_callbacks</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeSessionCallbacks : IVersioned
{
    public static int FirstSize => 40;

    public nuint Size;
    public delegate* unmanaged<nint, byte*, nuint, void*, void> Find;
    public delegate* unmanaged<byte*, nuint, byte*, nuint, long, void*, void> Add;
    public delegate* unmanaged<byte*, nuint, void*, void> Remove;
    public void* User;
}

/// <summary><c>onb_proxy</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeProxy : IVersioned
{
    public static int FirstSize => 152;

    /// <summary><c>ONB_ADDRESS_SIZE</c>.</summary>
    public const int AddressSize = 64;

    public nuint Size;
    public int Version;
    public int IsLocal;
    public fixed byte Source[AddressSize];
    public int SourcePort;
    public fixed byte Destination[AddressSize];
    public int DestinationPort;
}
