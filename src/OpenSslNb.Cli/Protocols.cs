using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace OpenSslNb.Cli;

/// <summary>The protocols that <c>serve</c> speaks.</summary>
internal static class Protocols
{
    public static readonly string[] Names = ["echo", "discard", "source", "file", "http"];

    /// <summary>A handler for one connection.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="outboundLimit">The connection's: no send is longer.</param>
    /// <param name="file">What <c>file</c> sends.</param>
    public static ProtocolHandler Create(string name, int outboundLimit, SafeFileHandle? file = null) => name switch
    {
        "echo" => new Echo(outboundLimit),
        "discard" => new Discard(),
        "source" => new Source(outboundLimit),
        "file" => new Sender(file!),
        "http" => new HttpProtocol(),
        _ => throw new ArgumentException($"unknown protocol '{name}': {string.Join(", ", Names)}"),
    };

    /// <summary>A handler that can be told that the server stops.</summary>
    internal abstract class ProtocolHandler : TlsConnectionHandler
    {
        /// <summary>The server stops: what is owed to the peer goes out, then close_notify. On the loop's thread.</summary>
        public virtual void Finish(TlsConnection connection) => connection.Close();
    }

    // Every byte back, behind those before it. While the queue is full the peer is held back by TCP.
    private sealed class Echo(int outboundLimit) : ProtocolHandler
    {
        // What found no room: at most one delivery, since reading is paused while there is any.
        private readonly MemoryStream _refused = new();

        // Nothing more will come, or be taken: the connection is closed when the last refused byte is queued.
        private bool _isFinishing;

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            if (_isFinishing) return;
            int sent = _refused.Length == 0 ? Send(connection, data) : 0;
            if (sent == data.Length) return;
            _refused.Write(data[sent..]);
            connection.PauseReading();
        }

        public override void OnLowWater(TlsConnection connection)
        {
            ReadOnlySpan<byte> refused = _refused.GetBuffer().AsSpan(0, (int)_refused.Length);
            int sent = Send(connection, refused);
            if (sent < refused.Length)
            {
                byte[] rest = refused[sent..].ToArray();
                _refused.SetLength(0);
                _refused.Write(rest);
                return;
            }

            _refused.SetLength(0);
            if (_isFinishing) connection.Close();
            else connection.ResumeReading();
        }

        public override void OnPeerClosed(TlsConnection connection) => Finish(connection);

        public override void Finish(TlsConnection connection)
        {
            _isFinishing = true;
            if (_refused.Length == 0) connection.Close();
        }

        // How many bytes were queued. A connection that is closed to sends takes all and drops them.
        private int Send(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            int sent = 0;
            while (sent < data.Length)
            {
                int count = Math.Min(data.Length - sent, outboundLimit);
                if (connection.TrySend(data.Slice(sent, count)) == SendResult.Full) break;
                sent += count;
            }

            return sent;
        }
    }

    private sealed class Discard : ProtocolHandler
    {
        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            // Swallowed.
        }
    }

    // The client sends a count of 8 bytes, big-endian, and gets that many bytes; then the next.
    private sealed class Source(int outboundLimit) : ProtocolHandler
    {
        private static readonly byte[] s_block = new byte[32 * 1024];
        private readonly int _longest = Math.Min(outboundLimit, s_block.Length);
        private readonly byte[] _count = new byte[sizeof(ulong)];

        // At most those of one delivery, since reading is paused while there are any.
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

            if (!Pump(connection)) connection.PauseReading();
        }

        public override void OnLowWater(TlsConnection connection)
        {
            if (Pump(connection)) connection.ResumeReading();
        }

        public override void OnPeerClosed(TlsConnection connection)
        {
            _peerClosed = true;
            _ = Pump(connection);
        }

        // True when all that was asked for is queued.
        private bool Pump(TlsConnection connection)
        {
            while (_left > 0 || _wanted.TryDequeue(out _left))
            {
                int count = (int)Math.Min(_left, (ulong)_longest);
                if (count == 0) continue;
                if (connection.TrySend(s_block.AsSpan(0, count)) != SendResult.Queued) return false;
                _left -= (ulong)count;
            }

            if (_peerClosed) connection.Close();
            return true;
        }
    }

    // The file as it is when the client comes, then close_notify.
    private sealed class Sender(SafeFileHandle file) : ProtocolHandler
    {
        public override void OnOpened(TlsConnection connection)
        {
            _ = SendAsync(connection);
        }

        public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data)
        {
            // Whatever is asked for, the answer is the file.
        }

        private async Task SendAsync(TlsConnection connection)
        {
            try
            {
                await connection.SendFileAsync(file, 0, RandomAccess.GetLength(file));
                connection.Close();
            }
            catch (TlsClosedException)
            {
                // The client has gone before it had all.
            }
            catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
            {
                // Not with close_notify: the client must not take nothing for an empty file. When it has some of it, the connection has ended by itself.
                if (connection.State is ConnectionState.Open or ConnectionState.PeerClosed) connection.Abort();
                Console.Error.WriteLine($"opensslnb: --file: {e.Message}");
            }
        }
    }
}
