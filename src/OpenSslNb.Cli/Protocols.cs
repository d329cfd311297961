using System.Buffers.Binary;

namespace OpenSslNb.Cli;

/// <summary>The protocols that <c>serve</c> speaks.</summary>
internal static class Protocols
{
    public static readonly string[] Names = ["echo", "discard", "source"];

    public static TlsConnectionHandler Create(string name) => name switch
    {
        "echo" => new Echo(),
        "discard" => new Discard(),
        "source" => new Source(),
        _ => throw new ArgumentException($"unknown protocol '{name}': echo, discard or source"),
    };

    // Every byte back, behind those before it. While the queue is full the peer is held back by TCP.
    private sealed class Echo : TlsConnectionHandler
    {
        private byte[] _refused = [];
        private bool _peerClosed;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            if (_refused.Length == 0 && Send(connection, data)) return;
            _refused = [.. _refused, .. data];
            connection.PauseReading();
        }

        public override void OnLowWater(TlsConnection connection)
        {
            if (!Send(connection, _refused)) return;
            _refused = [];
            connection.ResumeReading();
            if (_peerClosed) connection.Close();
        }

        public override void OnPeerClosed(TlsConnection connection)
        {
            _peerClosed = true;
            if (_refused.Length == 0) connection.Close();
        }

        private static bool Send(TlsConnection connection, ReadOnlySpan<byte> data) => connection.TrySend(data) != SendResult.Full;
    }

    private sealed class Discard : TlsConnectionHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            // Swallowed.
        }
    }

    // The client sends a count of 8 bytes, big-endian, and gets that many bytes; then the next.
    private sealed class Source : TlsConnectionHandler
    {
        private static readonly byte[] s_block = new byte[32 * 1024];
        private readonly byte[] _count = new byte[sizeof(ulong)];
        private readonly Queue<ulong> _wanted = new();
        private int _filled;
        private ulong _left;
        private bool _peerClosed;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            foreach (byte value in data)
            {
                _count[_filled++] = value;
                if (_filled < _count.Length) continue;
                _filled = 0;
                _wanted.Enqueue(BinaryPrimitives.ReadUInt64BigEndian(_count));
            }

            Pump(connection);
        }

        public override void OnLowWater(TlsConnection connection) => Pump(connection);

        public override void OnPeerClosed(TlsConnection connection)
        {
            _peerClosed = true;
            Pump(connection);
        }

        private void Pump(TlsConnection connection)
        {
            while (_left > 0 || _wanted.TryDequeue(out _left))
            {
                int count = (int)Math.Min(_left, (ulong)s_block.Length);
                if (count == 0) continue;
                if (connection.TrySend(s_block.AsSpan(0, count)) != SendResult.Queued) return;
                _left -= (ulong)count;
            }

            if (_peerClosed) connection.Close();
        }
    }
}
