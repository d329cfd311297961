using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using KeyValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace OpenSslNb.Metrics;

/// <summary>The one meter. Counters are read from the loops when somebody asks; only the two durations are recorded as they happen, and only while somebody listens.</summary>
internal static class Instruments
{
    private static readonly SslOperation[] s_operations = Enum.GetValues<SslOperation>();
    private static readonly SslOperation[] s_crossing = [SslOperation.Read, SslOperation.Write];
    private static readonly SslWant[] s_wants = Enum.GetValues<SslWant>();
    private static readonly string[] s_directions = ["receive", "transmit"];
    private static readonly string[] s_refusals = ["limit", "descriptors"];
    private static readonly CloseReason[] s_reasons = Enum.GetValues<CloseReason>();

    // A counter that begins with its first event loses it: rates are differences. Told from the start are the ends that can be expected.
    private static readonly CloseReason[] s_usualEnds = [.. s_reasons.Except([CloseReason.None, CloseReason.ConnectFailed])];
    private static readonly CloseReason[] s_usualHandshakeEnds = [.. s_usualEnds.Except([CloseReason.CloseNotify, CloseReason.IdleTimeout, CloseReason.WriteTimeout, CloseReason.ShutdownTimeout]), CloseReason.None];

    private static readonly InstrumentAdvice<double> s_turnBuckets = new() { HistogramBucketBoundaries = [0.00001, 0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10] };
    private static readonly InstrumentAdvice<double> s_handshakeBuckets = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    // The loops that run. Weak: a driven loop that nobody stops is not kept alive by being counted.
    private static readonly ConditionalWeakTable<LoopFigures, object?> s_loops = [];
    private static readonly Meter s_meter = new(TlsMetrics.MeterName, typeof(Instruments).Assembly.GetName().Version?.ToString(3));

    private static readonly Instrument s_busy = s_meter.CreateObservableCounter("opensslnb.loop.busy", () => PerLoop(loop => loop.BusySeconds), "s", "Time that loops spent in turns and not waiting, from when somebody first listened.");
    private static readonly Instrument s_utilization = s_meter.CreateObservableGauge("opensslnb.loop.utilization", Utilization, "1", "Share of the time since the last look that went into turns.");

    /// <summary>How long turns take, without the wait before them.</summary>
    public static readonly Histogram<double> TurnDuration = s_meter.CreateHistogram("opensslnb.turn.duration", "s", "Duration of turns, without the wait before them.", advice: s_turnBuckets);

    /// <summary>How long initial handshakes take.</summary>
    public static readonly Histogram<double> HandshakeDuration = s_meter.CreateHistogram("opensslnb.handshake.duration", "s", "Duration of initial handshakes, from accept or connect to their end.", advice: s_handshakeBuckets);

    static Instruments()
    {
        AddConnections();
        AddTraffic();
        AddListeners();
        AddSpread();
    }

    /// <summary>True when somebody wants to know how long turns take.</summary>
    public static bool WantsTurns => TurnDuration.Enabled || s_busy.Enabled || s_utilization.Enabled;

    /// <summary>A loop begins.</summary>
    public static void Add(LoopFigures loop) => s_loops.Add(loop, null);

    /// <summary>A loop has stopped: its series end.</summary>
    public static void Remove(LoopFigures loop) => s_loops.Remove(loop);

    private static void AddConnections()
    {
        s_meter.CreateObservableUpDownCounter("opensslnb.connections", () => PerLoop(loop => loop.Connections), "{connection}", "Connections that live now, of both sides, those in a handshake and those that linger included.");
        s_meter.CreateObservableCounter("opensslnb.closed", () => PerLoop(s_reasons, s_usualEnds, "reason", Words.Reason, (loop, reason) => loop.Ended(reason)), "{connection}", "Connections that have ended, by how.");
        s_meter.CreateObservableCounter("opensslnb.handshakes", () => PerLoop(s_reasons, s_usualHandshakeEnds, "result", Words.Result, HandshakesOf), "{handshake}", "Initial handshakes that have ended, by how.");
        s_meter.CreateObservableUpDownCounter("opensslnb.queue.depth", () => PerLoop(loop => loop.QueuedBytes), "By", "Plaintext bytes that are queued now and not taken by OpenSSL.");
    }

    private static void AddTraffic()
    {
        s_meter.CreateObservableCounter("opensslnb.io", () => PerDirection(loop => loop.Engine.BytesRead, loop => loop.Engine.BytesWritten), "By", "Plaintext bytes.");
        s_meter.CreateObservableCounter("opensslnb.records", () => PerDirection(loop => loop.Engine.RecordsRead, loop => loop.Engine.RecordsWritten), "{record}", "TLS records after the handshake: calls of SSL_read and SSL_write that moved one.");
        s_meter.CreateObservableCounter("opensslnb.wants", Wants, "{attempt}", "Attempts that OpenSSL, or want of room, ended with a want.");
        s_meter.CreateObservableCounter("opensslnb.crossed_wants", () => PerLoop(s_crossing, s_crossing, "operation", Words.Operation, CrossedWantsOf), "{attempt}", "Reads that wanted to write, and writes that wanted to read.");
        s_meter.CreateObservableCounter("opensslnb.retries", () => PerLoop(loop => loop.Engine.IdenticalRetries), "{attempt}", "Writes attempted again, with the same pointer and length.");
    }

    private static void AddListeners()
    {
        s_meter.CreateObservableCounter("opensslnb.accepted", () => PerLoop(loop => loop.Accepted), "{connection}", "Connections taken from the kernel by listeners, refused ones included.");
        s_meter.CreateObservableCounter("opensslnb.refused", () => PerLoop(s_refusals, s_refusals, "reason", word => word, (loop, word) => word == "limit" ? loop.RefusedForLimit : loop.RefusedForDescriptors), "{connection}", "Connections that listeners reset at once, by what there was too little of.");
        s_meter.CreateObservableCounter("opensslnb.shortages", () => PerLoop(loop => loop.Shortages), "{shortage}", "How often listeners had to wait because the kernel had no descriptor or no memory for a connection.");
    }

    private static void AddSpread()
    {
        s_meter.CreateObservableGauge("opensslnb.loop.imbalance", () => PerGroup(counts => Spread.Imbalance(counts)), "1", "Connections of the fullest loop over the mean of the loops of its name: 1 is even.");
        s_meter.CreateObservableGauge("opensslnb.loop.uneven", () => PerGroup(counts => Spread.IsUneven(counts) ? 1 : 0), null, "1 when connections are spread over the loops of one name less evenly than chance explains.");
    }

    private static long HandshakesOf(LoopFigures loop, CloseReason failure) => failure == CloseReason.None ? loop.Engine.Handshakes : loop.FailedHandshakes(failure);

    private static long CrossedWantsOf(LoopFigures loop, SslOperation operation) => operation == SslOperation.Read ? loop.Engine.ReadWantedWrite : loop.Engine.WriteWantedRead;

    private static LoopFigures[] Loops() => [.. s_loops.Select(entry => entry.Key).OrderBy(loop => loop.Id)];

    private static IEnumerable<Measurement<T>> PerLoop<T>(Func<LoopFigures, T> read)
        where T : struct => Loops().Select(loop => new Measurement<T>(read(loop), loop.Tags));

    // Of the keys that are not usual only those that have counted anything.
    private static IEnumerable<Measurement<long>> PerLoop<TKey>(TKey[] keys, TKey[] usual, string tag, Func<TKey, string> word, Func<LoopFigures, TKey, long> read) =>
        from loop in Loops()
        from key in keys
        let count = read(loop, key)
        where count > 0 || usual.Contains(key)
        select new Measurement<long>(count, [.. loop.Tags, new KeyValue(tag, word(key))]);

    private static IEnumerable<Measurement<long>> PerDirection(Func<LoopFigures, long> received, Func<LoopFigures, long> transmitted) =>
        PerLoop(s_directions, s_directions, "direction", word => word, (loop, word) => word == "receive" ? received(loop) : transmitted(loop));

    private static IEnumerable<Measurement<long>> Wants() =>
        from loop in Loops()
        from operation in s_operations
        from want in s_wants
        let count = loop.Engine.Wants(operation, want)
        where count > 0 || want is SslWant.Read or SslWant.Write
        select new Measurement<long>(count, [.. loop.Tags, new KeyValue("operation", Words.Operation(operation)), new KeyValue("want", Words.Want(want))]);

    private static IEnumerable<Measurement<double>> Utilization() =>
        from loop in Loops()
        let share = loop.TakeUtilization()
        where share is not null
        select new Measurement<double>(share.Value, loop.Tags);

    private static IEnumerable<Measurement<double>> PerGroup(Func<long[], double> measure) =>
        from loop in Loops()
        group loop.Connections by loop.Name into loops
        select new Measurement<double>(measure([.. loops]), new KeyValue("loop.name", loops.Key));
}
