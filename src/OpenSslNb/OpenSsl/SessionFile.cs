using System.Buffers.Binary;
using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// Sessions as bytes: a line that says what this is, the <see cref="SessionScope"/> of their context, then for each one its peer in UTF-8 and the session in DER (<c>i2d_SSL_SESSION(3)</c>), each behind its length in four bytes, big-endian.
/// </summary>
internal static unsafe class SessionFile
{
    private static ReadOnlySpan<byte> Head => "opensslnb sessions 2\n"u8;

    public static byte[] Write(ClientSessions sessions, ReadOnlySpan<byte> scope)
    {
        using var file = new MemoryStream();
        file.Write(Head);
        file.Write(scope);
        sessions.Each((peer, session) =>
        {
            WritePart(file, Encoding.UTF8.GetBytes(peer));
            WritePart(file, Der.WriteSession(session));
        });
        return file.ToArray();
    }

    /// <param name="file">What <see cref="Write"/> gave.</param>
    /// <param name="sessions">Where they are kept.</param>
    /// <param name="scope">Those of another are left out.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="FormatException">It is something else, or not whole; nothing was taken.</exception>
    public static int Read(ReadOnlySpan<byte> file, ClientSessions sessions, ReadOnlySpan<byte> scope)
    {
        if (!file.StartsWith(Head) || file.Length < Head.Length + scope.Length) throw new FormatException("these are no sessions that TlsContext.ExportSessions has written");
        file = file[Head.Length..];
        bool isOurs = file[..scope.Length].SequenceEqual(scope);
        file = file[scope.Length..];
        var read = new List<(string Peer, SafeSslSessionHandle Session)>();
        try
        {
            while (!file.IsEmpty) read.Add((Encoding.UTF8.GetString(ReadPart(ref file)), Parse(ReadPart(ref file))));
        }
        catch
        {
            read.ForEach(one => one.Session.Dispose());
            throw;
        }

        foreach ((string peer, SafeSslSessionHandle session) in read)
        {
            if (isOurs) sessions.Add(peer, session);
            else session.Dispose();
        }

        return isOurs ? read.Count : 0;
    }

    private static SafeSslSessionHandle Parse(ReadOnlySpan<byte> der)
    {
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = der)
        {
            byte* next = pointer;
            nint session = pointer == null ? 0 : LibSsl.d2i_SSL_SESSION(null, &next, der.Length);
            if (session != 0) return SafeSslSessionHandle.Adopt(session);
        }

        LibCrypto.ERR_clear_error();
        throw new FormatException("a session is malformed");
    }

    private static void WritePart(MemoryStream file, byte[] part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        file.Write(length);
        file.Write(part);
    }

    private static ReadOnlySpan<byte> ReadPart(ref ReadOnlySpan<byte> file)
    {
        if (file.Length < sizeof(int) || BinaryPrimitives.ReadInt32BigEndian(file) is var length && (length < 0 || length > file.Length - sizeof(int))) throw new FormatException("the sessions are cut short");
        ReadOnlySpan<byte> part = file.Slice(sizeof(int), length);
        file = file[(sizeof(int) + length)..];
        return part;
    }
}
