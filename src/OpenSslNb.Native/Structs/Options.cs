using System.Net;
using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary><c>onb_machine_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMachineOptions : IVersioned
{
    public static int FirstSize => 16;

    public nuint Size;
    public uint OutboundLimit;
    public uint CiphertextLimit;
}

/// <summary><c>onb_loop_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeLoopOptions : IVersioned
{
    public static int FirstSize => 32;

    public nuint Size;
    public byte* Name;
    public int UsePoll;
    public int BytesPerTurn;
    public int HandshakesPerTurn;
    public int SpinMicroseconds;

    public readonly EventLoopOptions ToOptions()
    {
        var defaults = new EventLoopOptions();
        return new EventLoopOptions
        {
            Name = Input.OptionalText(Name, "name") ?? defaults.Name,
            Poller = UsePoll != 0 ? PollerKind.Poll : PollerKind.Epoll,
            BytesPerTurn = BytesPerTurn == 0 ? defaults.BytesPerTurn : BytesPerTurn,
            HandshakesPerTurn = HandshakesPerTurn == 0 ? defaults.HandshakesPerTurn : HandshakesPerTurn,
            SpinTime = TimeSpan.FromMicroseconds(SpinMicroseconds),
        };
    }
}

/// <summary><c>onb_conn_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeConnOptions : IVersioned
{
    public static int FirstSize => 80;

    public nuint Size;
    public int Transport;
    public int Memory;
    public uint OutboundLimit;
    public uint LowWaterMark;
    public uint InboundLimit;
    public uint CiphertextLimit;
    public int HandshakeTimeout;
    public int IdleTimeout;
    public int WriteTimeout;
    public int ShutdownTimeout;
    public int IdleBufferTime;
    public int SendBuffer;
    public int ReceiveBuffer;
    public int MaxRecord;
    public int SmallRecordsFirst;
    public int RecordsPerKey;
    public int RenegotiationsPerMinute;

    public readonly TlsConnectionOptions ToOptions()
    {
        var defaults = new TlsConnectionOptions();
        int limit = Input.Size(OutboundLimit, defaults.OutboundLimit, "outbound_limit");
        return new TlsConnectionOptions
        {
            Transport = Input.Defined<TransportKind>(Transport, "transport"),
            Memory = Input.Defined<MemoryPolicy>(Memory, "memory"),
            OutboundLimit = limit,
            LowWaterMark = Input.Size(LowWaterMark, Math.Min(defaults.LowWaterMark, limit), "low_water_mark"),
            InboundLimit = Input.Size(InboundLimit, defaults.InboundLimit, "inbound_limit"),
            CiphertextLimit = Input.Size(CiphertextLimit, defaults.CiphertextLimit, "ciphertext_limit"),
            HandshakeTimeout = Input.Time(HandshakeTimeout, defaults.HandshakeTimeout, "handshake_timeout_ms"),
            IdleTimeout = Input.Time(IdleTimeout, defaults.IdleTimeout, "idle_timeout_ms"),
            WriteTimeout = Input.Time(WriteTimeout, defaults.WriteTimeout, "write_timeout_ms"),
            ShutdownTimeout = Input.Time(ShutdownTimeout, defaults.ShutdownTimeout, "shutdown_timeout_ms"),
            IdleBufferTime = Input.Time(IdleBufferTime, defaults.IdleBufferTime, "idle_buffer_ms"),
            SendBuffer = SendBuffer == 0 ? null : SendBuffer,
            ReceiveBuffer = ReceiveBuffer == 0 ? null : ReceiveBuffer,
            MaximumRecord = MaxRecord == 0 ? defaults.MaximumRecord : MaxRecord,
            SmallRecordsFirst = SmallRecordsFirst != 0,
            RecordsPerKey = RecordsPerKey == 0 ? defaults.RecordsPerKey : RecordsPerKey,
            RenegotiationsPerMinute = RenegotiationsPerMinute switch { 0 => defaults.RenegotiationsPerMinute, -1 => 0, _ => RenegotiationsPerMinute },
        }.Validated();
    }
}

/// <summary><c>onb_connect_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeConnectOptions : IVersioned
{
    public static int FirstSize => 72;

    public nuint Size;
    public NativeConnOptions* Conn;
    public byte* ServerName;
    public int ConnectTimeout;
    public int AttemptDelay;
    public void* EarlyData;
    public nuint EarlyDataLength;
    public int ResendEarlyData;
    public int ProxyProtocol;
    public byte* ProxySource;
    public byte* ProxyDestination;

    public readonly TlsConnectOptions ToOptions()
    {
        var defaults = new TlsConnectOptions();
        return new TlsConnectOptions
        {
            Connection = Versioned.Read(Conn, "conn").ToOptions(),
            ServerName = Input.OptionalName(ServerName, "server_name"),
            ConnectTimeout = Input.Time(ConnectTimeout, defaults.ConnectTimeout, "connect_timeout_ms"),
            AttemptDelay = AttemptDelay >= 0 ? Input.Time(AttemptDelay, defaults.AttemptDelay, "attempt_delay_ms") : throw Refusal.Argument($"attempt_delay_ms is {AttemptDelay}: it must not be negative"),
            EarlyData = Input.Bytes(EarlyData, EarlyDataLength, "early_data").ToArray(),
            ResendEarlyData = ResendEarlyData != 0,
            ProxyHeader = ToProxyHeader(),
        };
    }

    private readonly ProxyHeader? ToProxyHeader()
    {
        if (ProxyProtocol == 0) return null;
        if (ProxyProtocol is not (1 or 2)) throw Refusal.Argument($"proxy_protocol is {ProxyProtocol}: it must be 1 or 2, or 0 for none");
        if (ProxySource == null && ProxyDestination == null) return ProxyProtocol == 2 ? ProxyHeader.Local : throw Refusal.Argument("a PROXY header of version 1 needs proxy_source and proxy_destination");
        return ProxyHeader.Proxied(EndPoint(ProxySource, "proxy_source"), EndPoint(ProxyDestination, "proxy_destination"), ProxyProtocol == 1 ? ProxyProtocolVersion.Version1 : ProxyProtocolVersion.Version2);
    }

    private static IPEndPoint EndPoint(byte* text, string name)
    {
        string value = Input.Text(text, name);
        return IPEndPoint.TryParse(value, out IPEndPoint? endPoint) ? endPoint : throw Refusal.Argument($"{name} is '{value}', and must be an address and a port, such as 192.0.2.1:4711 or [2001:db8::1]:4711");
    }
}

/// <summary><c>onb_listen_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeListenOptions : IVersioned
{
    public static int FirstSize => 48;

    public nuint Size;
    public NativeConnOptions* Conn;
    public int Backlog;
    public int MaxConnections;
    public nint Limit;
    public int DescriptorReserve;
    public int ReusePort;
    public int RequireProxyHeader;

    public readonly TlsListenerOptions ToOptions()
    {
        var defaults = new TlsListenerOptions();
        if (Backlog < 0) throw Refusal.Argument($"backlog is {Backlog}: it must be positive, or 0 for the default");
        if (MaxConnections < 0) throw Refusal.Argument($"max_connections is {MaxConnections}: it must be positive, or 0 for no limit");
        if (DescriptorReserve < -1) throw Refusal.Argument($"descriptor_reserve is {DescriptorReserve}: it must be positive, 0 for the default, or -1 for none");
        return new TlsListenerOptions
        {
            Connection = Versioned.Read(Conn, "conn").ToOptions(),
            Backlog = Backlog == 0 ? defaults.Backlog : Backlog,
            MaximumConnections = MaxConnections == 0 ? defaults.MaximumConnections : MaxConnections,
            SharedLimit = Handles.Handle.Optional<TlsConnectionLimit>(Limit, "limit"),
            DescriptorReserve = DescriptorReserve switch { 0 => defaults.DescriptorReserve, -1 => 0, _ => DescriptorReserve },
            ReusePort = ReusePort != 0,
            ProxyProtocol = RequireProxyHeader != 0 ? ProxyProtocolMode.Required : ProxyProtocolMode.None,
        };
    }
}
