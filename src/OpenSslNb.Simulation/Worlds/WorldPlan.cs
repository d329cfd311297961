using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenSslNb.Simulation;

/// <summary>One of the two ends of a connection.</summary>
internal enum Side
{
    Client = 0,
    Server,
}

/// <summary>What an application does.</summary>
internal enum ActionKind
{
    /// <summary>Begins to connect. The client's.</summary>
    Connect = 0,

    /// <summary>Sends <see cref="WorldAction.Size"/> bytes with <c>TrySend</c>, going on at the low-water mark.</summary>
    Send,

    /// <summary>Sends <see cref="WorldAction.Size"/> bytes with <c>SendAsync</c>.</summary>
    SendAsync,
    Pause,
    Resume,

    /// <summary>Half-close, when what was to be sent is queued.</summary>
    CloseWrite,

    /// <summary>Orderly close, when what was to be sent is queued.</summary>
    Close,
    Abort,
    Dispose,

    /// <summary>KeyUpdate with update_requested (TLS 1.3).</summary>
    KeyUpdate,

    /// <summary>Renegotiation (TLS 1.2).</summary>
    Renegotiate,

    /// <summary>Disposes inside the next callback.</summary>
    DisposeInCallback,
}

/// <summary>Something that an application does at a certain time.</summary>
/// <param name="At">Virtual milliseconds since the world began.</param>
/// <param name="Connection">Which connection, from 0.</param>
/// <param name="Side">Which end.</param>
/// <param name="Kind">What.</param>
/// <param name="Size">Bytes, where it is about bytes.</param>
internal sealed record WorldAction(int At, int Connection, Side Side, ActionKind Kind, int Size = 0);

/// <summary>A fault of the network.</summary>
/// <param name="Connection">Which connection, from 0.</param>
/// <param name="Sender">Whose sending direction it hits.</param>
/// <param name="Fault">Where and what.</param>
internal sealed record NetworkFault(int Connection, Side Sender, ByteFault Fault);

/// <summary>Everything that a world follows from. The same plan gives the same world, byte for byte.</summary>
internal sealed record WorldPlan
{
    /// <summary>Decides what is left to chance: the schedule, OpenSSL's randomness, the model's disturbances.</summary>
    public ulong Seed { get; init; }

    public TlsProtocol Protocol { get; init; } = TlsProtocol.Tls13;

    public bool AllowRenegotiation { get; init; }

    /// <summary>Connections offer the session of the one before them.</summary>
    public bool Resume { get; init; }

    public PollerKind Poller { get; init; }

    public TransportKind ClientTransport { get; init; }

    public TransportKind ServerTransport { get; init; }

    public int OutboundLimit { get; init; } = 1024 * 1024;

    public int CiphertextLimit { get; init; } = 128 * 1024;

    public int InboundLimit { get; init; } = 64 * 1024;

    public int BytesPerTurn { get; init; } = 256 * 1024;

    /// <summary>Seconds of every deadline.</summary>
    public int DeadlineSeconds { get; init; } = 3600;

    /// <summary>The network from the client to the server.</summary>
    public NetworkModel Up { get; init; } = new();

    /// <summary>The network from the server to the client.</summary>
    public NetworkModel Down { get; init; } = new();

    /// <summary>Puts errors of nobody's into OpenSSL's queue before each turn.</summary>
    public bool PoisonErrorQueue { get; init; }

    public IReadOnlyList<WorldAction> Actions { get; init; } = [];

    public IReadOnlyList<NetworkFault> Faults { get; init; } = [];

    public IReadOnlyList<SystemCallFault> SystemCallFaults { get; init; } = [];

    /// <summary>Ends that are in order besides those that the faults explain.</summary>
    public IReadOnlyList<CloseReason> MayEndAs { get; init; } = [];

    /// <summary>OpenSSL may lack memory at any moment: a connection may end for it, or not come about.</summary>
    public bool MayLackMemory { get; init; }

    /// <summary>Connections of this plan.</summary>
    [JsonIgnore]
    public int ConnectionCount => Actions.Count == 0 ? 0 : Actions.Max(action => action.Connection) + 1;

    /// <summary>The plan as text, for a file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WorldPlanJson.Default.WorldPlan);

    /// <summary>Reads a plan that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static WorldPlan FromJson(string json) => JsonSerializer.Deserialize(json, WorldPlanJson.Default.WorldPlan) ?? throw new JsonException("the plan is empty");
}

/// <summary>How plans are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WorldPlan))]
internal sealed partial class WorldPlanJson : JsonSerializerContext;
