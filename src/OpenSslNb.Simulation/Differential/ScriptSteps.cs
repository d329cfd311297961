using System.Text.Json;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Simulation.Differential;

/// <summary>The steps that a script can have, by name.</summary>
internal static class ScriptSteps
{
    private delegate ScriptStep Reader(ScriptFields fields);

    private enum Need
    {
        /// <summary>It connects by itself.</summary>
        Nothing,
        Connection,
        Handshake,
    }

    private sealed record Verb(Need Need, Reader Read);

    private static readonly Dictionary<string, Verb> s_verbs = new()
    {
        ["connect"] = new(Need.Nothing, _ => new("connect", (run, cancellation) => run.ConnectAnewAsync(cancellation))),
        ["hello"] = new(Need.Nothing, ScriptHello.Read),
        ["handshake"] = new(Need.Nothing, ScriptHandshake.Read),
        ["resume"] = new(Need.Nothing, _ => new("resume on a new connection", (run, cancellation) => run.ResumeAsync(cancellation))),
        ["deliver"] = new(Need.Nothing, fields => throw fields.Fault("deliver", DeliveryExpected)),
        ["mutate"] = new(Need.Nothing, fields => Mutating(ScriptMutations.Change(fields))),
        ["drop"] = new(Need.Nothing, fields => Mutating(Mutation.Drop(ScriptMutations.Record(fields)))),
        ["repeat"] = new(Need.Nothing, fields => Mutating(Mutation.Repeat(ScriptMutations.Record(fields)))),
        ["split"] = new(Need.Nothing, fields => Mutating(ScriptMutations.Split(fields))),
        ["pass"] = new(Need.Nothing, _ => Mutating(Mutation.None)),
        ["raw"] = new(Need.Nothing, Raw),
        ["record"] = new(Need.Nothing, Record),
        ["send"] = new(Need.Handshake, Send),
        ["key-update"] = new(Need.Handshake, KeyUpdate),
        ["renegotiate"] = new(Need.Handshake, _ => new("renegotiate", (run, cancellation) => run.RenegotiateAsync(cancellation))),
        ["alert"] = new(Need.Nothing, Alert),
        ["close-notify"] = new(Need.Handshake, _ => new("send close_notify", (run, cancellation) => run.WithMachineAsync(machine => machine.Shutdown(), cancellation))),
        ["fin"] = new(Need.Connection, _ => new("FIN", (run, _) => run.EndSending())),
        ["reset"] = new(Need.Connection, _ => new("RST", (run, _) => run.Reset())),
        ["expect-data"] = new(Need.Handshake, ExpectData),
        ["wait"] = new(Need.Connection, Wait),
    };

    private const string DeliveryExpected = "\"whole\", \"byte\", a number of bytes for each piece, or an array of sizes";

    /// <summary>For messages.</summary>
    public static string Expected { get; } = $"one of {string.Join(", ", s_verbs.Keys)}";

    public static ScriptStep Read(string name, ScriptFields fields, ScriptState state, string place)
    {
        if (!s_verbs.TryGetValue(name, out Verb? verb)) throw fields.Fault("do", Expected);
        Require(name, verb.Need, state, place);

        // Any step may say how bytes are delivered from it on.
        Delivery? delivery = ReadDelivery(fields);
        ScriptStep step = name == "deliver" && delivery is not null ? new ScriptStep("", (_, _) => Task.FromResult(ScriptStep.Done)) : verb.Read(fields);
        return delivery is null ? step : new ScriptStep(step.Words.Length == 0 ? $"deliver {delivery.Words}" : $"{step.Words}, delivered {delivery.Words}", async (run, cancellation) =>
        {
            await run.DeliverAsync(delivery, cancellation);
            return await step.Run(run, cancellation);
        });
    }

    private static void Require(string name, Need need, ScriptState state, string place)
    {
        if (need == Need.Handshake && !state.HasHandshake) throw new ScriptException($"{place}: '{name}' needs 'handshake' or 'resume' before it on its connection");
        if (need == Need.Connection && !state.IsConnected) throw new ScriptException($"{place}: '{name}' needs a connection: begin with connect, hello, raw, record or handshake");
        if (name == "handshake" && state.HasHandshake) throw new ScriptException($"{place}: a connection has one handshake: put 'connect' before it");
        if (name == "resume" && !state.CanResume) throw new ScriptException($"{place}: 'resume' needs 'handshake' before it");
        state.HasHandshake = name is "handshake" or "resume" || (name is not ("connect" or "reset") && state.HasHandshake);
        state.CanResume |= state.HasHandshake;
        state.IsConnected = name != "reset";
    }

    private static Delivery? ReadDelivery(ScriptFields fields) => fields.Element("deliver") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } word when word.GetString() == "whole" => Delivery.Whole,
        { ValueKind: JsonValueKind.String } word when word.GetString() == "byte" => Delivery.InPieces(1),
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int size) && size > 0 => Delivery.InPieces(size),
        { ValueKind: JsonValueKind.Array } sizes when sizes.GetArrayLength() > 0 => Delivery.InSizes([.. sizes.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int size) && size > 0 ? size : throw fields.Fault("deliver", DeliveryExpected))]),
        _ => throw fields.Fault("deliver", DeliveryExpected),
    };

    private static ScriptStep Mutating(Mutation mutation) => new(mutation.Words, (run, cancellation) => run.MutateAsync(mutation, cancellation));

    private static ScriptStep Raw(ScriptFields fields)
    {
        byte[] bytes = fields.Bytes();
        return new ScriptStep($"send {bytes.Length} bytes as they are", (run, cancellation) => run.SendRawAsync(bytes, cancellation));
    }

    private static ScriptStep Record(ScriptFields fields)
    {
        int type = fields.Number("type", 0, 255);
        ushort version = fields.OptionalNumber("version", TlsNames.Versions, "\"1.2\"") ?? TlsRecord.Tls12;
        byte[] bytes = fields.Bytes();
        if (bytes.Length > ushort.MaxValue) throw fields.Fault("size", "at most 65535 bytes, which is what a record's length can say");
        return new ScriptStep($"send a record of type {type} with {bytes.Length} bytes", (run, cancellation) => run.SendRawAsync(new TlsRecord((byte)type, bytes, version).ToBytes(), cancellation));
    }

    private static ScriptStep Send(ScriptFields fields)
    {
        byte[] bytes = fields.Bytes();
        return new ScriptStep($"send {bytes.Length} bytes of application data", (run, cancellation) => run.WithMachineAsync(machine => machine.Write(bytes), cancellation));
    }

    private static ScriptStep KeyUpdate(ScriptFields fields)
    {
        bool request = fields.Flag("request", otherwise: false);
        return new ScriptStep($"KeyUpdate{(request ? ", the peer is to answer" : "")}", (run, cancellation) => run.WithMachineAsync(machine => machine.UpdateKeys(request), cancellation));
    }

    private static ScriptStep Alert(ScriptFields fields)
    {
        string text = fields.Text("description", "the name of an alert, such as \"internal_error\", or a number such as \"0x00ff\"");
        if (!TlsNames.Alerts.TryParse(text, out ushort description) || description > byte.MaxValue) throw fields.Fault("description", $"one of {string.Join(", ", TlsNames.Alerts.All)}, or a number up to \"0x00ff\"");
        string level = fields.OptionalText("level") ?? "fatal";
        if (level is not ("fatal" or "warning")) throw fields.Fault("level", "\"fatal\" or \"warning\"");
        return new ScriptStep($"send the {level} alert {text}", (run, cancellation) => run.SendAlertAsync(new ReceivedAlert(level == "fatal", (byte)description), cancellation));
    }

    private static ScriptStep ExpectData(ScriptFields fields)
    {
        int count = fields.Number("bytes", 1, 1 << 26);
        return new ScriptStep($"expect {count} bytes of application data", (run, cancellation) => run.ExpectDataAsync(count, cancellation));
    }

    private static ScriptStep Wait(ScriptFields fields)
    {
        string until = fields.OptionalText("until") ?? "end";
        TimeSpan? patience = fields.OptionalSeconds("seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        return ScriptRun.CanWaitFor(until)
            ? new ScriptStep($"wait until {until}", (run, cancellation) => run.WaitAsync(until, patience, cancellation))
            : throw fields.Fault("until", $"one of {string.Join(", ", ScriptRun.Waits)}");
    }
}
