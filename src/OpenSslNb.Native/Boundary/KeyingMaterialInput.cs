namespace OpenSslNb.Native.Boundary;

/// <summary>What exporters are given.</summary>
internal static unsafe class KeyingMaterialInput
{
    private const int Longest = 8192;

    public static int Length(nuint length) => length is >= 1 and <= Longest ? (int)length : throw Refusal.Argument($"length is {length}: it must be from 1 to {Longest}");

    public static ReadOnlyMemory<byte>? Context(void* context, nuint length) => context == null && length == 0 ? default(ReadOnlyMemory<byte>?) : Input.Bytes(context, length, "context").ToArray();
}
