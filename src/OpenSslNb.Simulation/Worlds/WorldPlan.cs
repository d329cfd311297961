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

/// <summary>How one end of a connection must end.</summary>
/// <param name="Connection">Which connection, from 0.</param>
/// <param name="Side">Which end.</param>
/// <param name="Reasons">One of these.</param>
internal sealed record ExpectedEnd(int Connection, Side Side, IReadOnlyList<CloseReason> Reasons);

/// <summary>Everything that a world follows from. The same plan gives the same world, byte for byte.</summary>
/// <remarks>Setters and not initializers: the generated reader of JSON would set what a file leaves out to zero and null.</remarks>
internal sealed record WorldPlan
{
    /// <summary>Decides what is left to chance: the schedule, OpenSSL's randomness, the model's disturbances.</summary>
    public ulong Seed { get; set; }

    public TlsProtocol Protocol { get; set; } = TlsProtocol.Tls13;

    public bool AllowRenegotiation { get; set; }

    /// <summary>Connections offer the session of the one before them.</summary>
    public bool Resume { get; set; }

    public PollerKind Poller { get; set; }

    public TransportKind ClientTransport { get; set; }

    public TransportKind ServerTransport { get; set; }

    public int OutboundLimit { get; set; } = 1024 * 1024;

    public int CiphertextLimit { get; set; } = 128 * 1024;

    public int InboundLimit { get; set; } = 64 * 1024;

    public int BytesPerTurn { get; set; } = 256 * 1024;

    /// <summary>Seconds of every deadline.</summary>
    public int DeadlineSeconds { get; set; } = 3600;

    /// <summary>The network from the client to the server.</summary>
    public NetworkModel Up { get; set; } = new();

    /// <summary>The network from the server to the client.</summary>
    public NetworkModel Down { get; set; } = new();

    /// <summary>Puts errors of nobody's into OpenSSL's queue before each turn.</summary>
    public bool PoisonErrorQueue { get; set; }

    public IReadOnlyList<WorldAction> Actions { get; set; } = [];

    public IReadOnlyList<NetworkFault> Faults { get; set; } = [];

    public IReadOnlyList<SystemCallFault> SystemCallFaults { get; set; } = [];

    /// <summary>Ends that are in order besides those that the faults explain.</summary>
    public IReadOnlyList<CloseReason> MayEndAs { get; set; } = [];

    /// <summary>Ends that are known exactly, for exactly one thing is done to the connection.</summary>
    public IReadOnlyList<ExpectedEnd> MustEndAs { get; set; } = [];

    /// <summary>The first connection offers the session of an undisturbed world like this one.</summary>
    public bool OffersSession { get; set; }

    /// <summary>What happens first where several things may, one number a choice; the seed decides behind the last of them.</summary>
    public IReadOnlyList<int> Choices { get; set; } = [];

    /// <summary>How often a choice may be to block a direction.</summary>
    public int SpareBlocks { get; set; }

    /// <summary>OpenSSL may lack memory at any moment: a connection may end for it, or not come about.</summary>
    public bool MayLackMemory { get; set; }

    /// <summary>Connections of this plan.</summary>
    [JsonIgnore]
    public int ConnectionCount => Actions.Count == 0 ? 0 : Actions.Max(action => action.Connection) + 1;

    /// <summary>The plan as text, for a file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WorldPlanJson.Default.WorldPlan);

    /// <summary>Reads a plan that <see cref="ToJson"/> or a person wrote. What is left out has its default.</summary>
    /// <exception cref="JsonException">The text is something else, or no world can follow from it.</exception>
    public static WorldPlan FromJson(string json)
    {
        WorldPlan plan = JsonSerializer.Deserialize(json, WorldPlanJson.Default.WorldPlan) ?? throw new JsonException("the plan is empty");
        return WorldPlanRules.FirstBroken(plan) is { } broken ? throw new JsonException(broken) : plan;
    }
}

/// <summary>How plans are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WorldPlan))]
internal sealed partial class WorldPlanJson : JsonSerializerContext;
