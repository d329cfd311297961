namespace OpenSslNb.Simulation.Probing;

/// <content>What a probe can do.</content>
public sealed partial record Probe
{
    /// <summary>Leaves the connection (FIN, or RST if something was not read), so that what follows is on another one.</summary>
    public Probe OnAnotherConnection() => Do("on another connection", (run, _) =>
    {
        run.Leave();
        return Task.CompletedTask;
    });

    /// <summary>Connects and sends nothing.</summary>
    public Probe Connect() => Do("connect", (run, cancellation) => run.ConnectedAsync(cancellation));

    /// <summary>Changes how our bytes are delivered, from here on; what <see cref="Delivery.UpTo"/> has held back goes with it.</summary>
    public Probe Deliver(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return Do($"deliver {delivery.Words}", async (run, cancellation) => await (await run.ConnectedAsync(cancellation)).DeliverAsync(delivery, cancellation));
    }

    /// <summary>Changes what becomes of our machine's records, from here on, until another mutation.</summary>
    public Probe Mutate(Mutation mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        return Do(mutation.Words, async (run, cancellation) => (await run.ConnectedAsync(cancellation)).Mutate(mutation));
    }

    /// <summary>Sends a ClientHello of TLS 1.2 and 1.3 as it stands.</summary>
    /// <param name="change">What is to be different in it.</param>
    public Probe SendHello(Func<RawClientHello, RawClientHello>? change = null) => SendHello("send a ClientHello", RawClientHello.Modern, change);

    /// <summary>Sends a ClientHello of TLS 1.2, or before, as it stands.</summary>
    /// <param name="change">What is to be different in it.</param>
    public Probe SendOldHello(Func<RawClientHello, RawClientHello>? change = null) => SendHello("send a ClientHello of TLS 1.2", RawClientHello.Old, change);

    /// <summary>Sends what is made of a ClientHello of TLS 1.2 and 1.3: records, pieces of it, anything.</summary>
    /// <param name="words">What that is.</param>
    /// <param name="make">Bytes for the wire.</param>
    public Probe SendMadeOfHello(string words, Func<RawClientHello, byte[]> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return Do(words, async (run, cancellation) => await (await run.ConnectedAsync(cancellation)).SendAsync(make(RawClientHello.Modern(run.Target.NameForHello)), cancellation));
    }

    /// <summary>Sends a record as it stands.</summary>
    public Probe SendRecord(TlsRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Do($"send a record of type {record.Type} with {record.Payload.Length} bytes", async (run, cancellation) => await (await run.ConnectedAsync(cancellation)).SendAsync(record.ToBytes(), cancellation));
    }

    /// <summary>Sends bytes as they stand.</summary>
    public Probe SendRaw(ReadOnlyMemory<byte> bytes) => Do($"send {bytes.Length} bytes as they are", async (run, cancellation) => await (await run.ConnectedAsync(cancellation)).SendAsync(bytes, cancellation));

    /// <summary>Begins a handshake: the first flight is delivered, and nothing waited for.</summary>
    public Probe BeginHandshake(ClientProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Do($"begin a handshake of {profile.Words}", (run, cancellation) => run.BeginAsync(profile, default, cancellation));
    }

    /// <summary>Makes a handshake to its end.</summary>
    public Probe Handshake(ClientProfile profile) => BeginHandshake(profile).Expect(Outcome.Handshake);

    /// <summary>Makes a handshake with early data (RFC 8446 §2.3); the profile has to have a ticket already. Where that does not allow it the probe is not applicable.</summary>
    public Probe HandshakeWithEarlyData(ClientProfile profile, ReadOnlyMemory<byte> early)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return HandshakeWithEarly(profile, $"{early.Length} bytes of early data", _ => early);
    }

    /// <summary>The same with the target's request.</summary>
    internal Probe HandshakeWithEarlyRequest(ClientProfile profile) => HandshakeWithEarly(profile, "the request as early data", target => target.Request);

    private Probe HandshakeWithEarly(ClientProfile profile, string words, Func<ProbeTarget, ReadOnlyMemory<byte>> early) =>
        Do($"begin a handshake of {profile.Words} with {words}", (run, cancellation) => run.BeginAsync(profile, early(run.Target), cancellation)).Expect(Outcome.Handshake);

    /// <summary>Sends application data over the handshake that was made.</summary>
    public Probe Send(ReadOnlyMemory<byte> data) => DoWithMachine($"send {data.Length} bytes of application data", machine => machine.Write(data.Span));

    /// <summary>Sends the target's request.</summary>
    public Probe SendRequest() => Do("send the request", async (run, cancellation) =>
    {
        run.Machine.Write(run.Target.Request.Span);
        await run.Current.PumpAsync(cancellation);
    });

    /// <summary>Sends the beginning of the target's request, and no whole line of it: a server that answers when the first line is there has nothing to answer, and is not gone before it has read what follows.</summary>
    internal Probe SendBeginningOfRequest() => Do("send the beginning of the request", async (run, cancellation) =>
    {
        run.Machine.Write(run.Target.BeginningOfRequest.Span);
        await run.Current.PumpAsync(cancellation);
    });

    /// <summary>Sends the target's request as it stands, without TLS.</summary>
    internal Probe SendRequestInPlainText() => Do("send the request as it is", async (run, cancellation) => await (await run.ConnectedAsync(cancellation)).SendAsync(run.Target.Request, cancellation));

    /// <summary>
    /// Encrypts what OpenSSL never would and sends it, after a handshake of <see cref="SealingProfile"/>. Our machine does not know of it: nothing may be sent through it any more.
    /// A peer without <see cref="PeerFeatures.SealableSuite"/> makes the probe not applicable.
    /// </summary>
    /// <param name="type">The inner content type (RFC 8446 §5.2); null for a record of zeros alone.</param>
    /// <param name="content">What the record holds.</param>
    /// <param name="padding">Zeros behind it.</param>
    public Probe SendSealed(byte? type, ReadOnlyMemory<byte> content, int padding = 0) =>
        SendSealed($"send an encrypted record of type {type?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} with {content.Length} bytes", type, _ => [content], padding);

    /// <summary>The target's request in records of ours, which have so many zeros behind what they hold.</summary>
    internal Probe SendSealedRequest(int padding = 0) => SendSealed($"send the request in encrypted records with {padding} bytes of padding", TlsRecord.ApplicationData, target => target.RequestInPieces(TlsRecord.MostPlaintext - padding), padding);

    /// <summary>A record as large as one may be that begins with the target's request.</summary>
    internal Probe SendLargestSealedRequest() => SendSealed($"send the request in an encrypted record with {TlsRecord.MostPlaintext} bytes", TlsRecord.ApplicationData, target => [target.RequestOf(TlsRecord.MostPlaintext)], padding: 0);

    private Probe SendSealed(string words, byte? type, Func<ProbeTarget, IEnumerable<ReadOnlyMemory<byte>>> contents, int padding) => Needing(PeerFeatures.SealableSuite).Do(words, async (run, cancellation) =>
    {
        ProbeConnection connection = run.Current;
        SealingSuite suite = connection.Suite ?? throw new ProbeException($"an encrypted record needs a handshake with one of {SealingSuite.Names} before it");
        foreach (ReadOnlyMemory<byte> content in contents(run.Target)) await connection.SendAsync(run.Sealed.Seal(connection.SecretName(SealedRecords.ApplicationSecret), suite, type, content.Span, padding).ToBytes(), cancellation);
    });

    /// <summary>Puts another handshake message in the place of our Finished of TLS 1.3; before a handshake of <see cref="SealingProfile"/>.</summary>
    /// <param name="message">With its header of four bytes.</param>
    public Probe ReplaceFinished(ReadOnlyMemory<byte> message) => ReplaceFinished(_ => message);

    /// <summary>The same with a message that depends on the length of verify_data, which is that of the suite's hash.</summary>
    internal Probe ReplaceFinished(Func<int, ReadOnlyMemory<byte>> message) => Needing(PeerFeatures.SealableSuite).Do("replace our Finished", async (run, cancellation) =>
    {
        ProbeConnection connection = await run.ConnectedAsync(cancellation);
        connection.Mutate(new Mutation("our Finished is another one", outgoing => [ReplaceFinished(run.Sealed, connection, outgoing.Record, message)]));
    });

    // A certificate goes before it where the server asks for one, and early data before that has other keys.
    private static TlsRecord ReplaceFinished(SealedRecords keys, ProbeConnection connection, TlsRecord record, Func<int, ReadOnlyMemory<byte>> message)
    {
        if (record.Type != TlsRecord.ApplicationData || connection.Suite is not { } suite) return record;
        SecretName name = connection.SecretName(SealedRecords.HandshakeSecret);
        if (record.Payload.Length == suite.FinishedLength) return keys.Seal(name, suite, TlsRecord.Handshake, message(suite.HashLength).Span, 0);
        keys.Skip(name);
        return record;
    }

    /// <summary>TLS 1.3 with the suites whose records <see cref="SendSealed(byte?, ReadOnlyMemory{byte}, int)"/> can make; the server takes its choice.</summary>
    public static ClientProfile SealingProfile { get; } = ClientProfile.Tls13.With("records made by hand", options => options with { CipherSuites = SealingSuite.Names });

    /// <summary>Changes our keys (RFC 8446 §4.6.3).</summary>
    /// <param name="requestPeer">Ask the peer to do the same.</param>
    public Probe UpdateKeys(bool requestPeer) => DoWithMachine($"KeyUpdate{(requestPeer ? ", the peer is to answer" : "")}", machine => machine.UpdateKeys(requestPeer));

    /// <summary>Asks for a renegotiation (RFC 5246 §7.4.1.1); the profile has to allow it.</summary>
    public Probe Renegotiate() => DoWithMachine("ask for a renegotiation", machine => machine.Renegotiate());

    /// <summary>Sends close_notify; reading goes on.</summary>
    public Probe CloseWrite() => DoWithMachine("send close_notify", machine => machine.Shutdown());

    /// <summary>Ends our direction of the TCP connection (FIN) with or without a close_notify before it.</summary>
    public Probe EndSending() => Do("FIN", (run, _) =>
    {
        run.Current.EndSending();
        return Task.CompletedTask;
    });

    /// <summary>Resets the TCP connection; go on with another one.</summary>
    public Probe Reset() => Do("RST", (run, _) =>
    {
        run.Current.Reset();
        run.Leave();
        return Task.CompletedTask;
    });

    /// <summary>Waits until the peer does what it is expected to do, and judges what it does instead.</summary>
    /// <param name="required">What the RFC asks for: passed.</param>
    /// <param name="tolerated">What it frowns upon and does not forbid: tolerated. Anything else has failed.</param>
    public Probe Expect(Outcome required, Outcome? tolerated = null)
    {
        ArgumentNullException.ThrowIfNull(required);
        return Do($"expect {required}{(tolerated is null ? "" : $"; tolerate {tolerated}")}", (run, cancellation) => run.ExpectAsync(required, tolerated, cancellation), waits: true);
    }

    /// <summary>Judges what the peer has done so far, and does not wait for more.</summary>
    /// <param name="required">Passed.</param>
    /// <param name="tolerated">Tolerated. Anything else has failed.</param>
    public Probe Check(Outcome required, Outcome? tolerated = null)
    {
        ArgumentNullException.ThrowIfNull(required);
        return Check(required, _ => tolerated);
    }

    /// <summary>The same where what is tolerated depends on what the target is sent.</summary>
    internal Probe Check(Outcome required, string words, Func<ProbeTarget, Reaction, bool> isTolerated) => Check(required, target => Outcome.When(words, reaction => isTolerated(target, reaction)));

    private Probe Check(Outcome required, Func<ProbeTarget, Outcome?> tolerated) => Do($"check for {required}", (run, _) =>
    {
        run.Judge(run.Current.Reaction, required, tolerated(run.Target));
        return Task.CompletedTask;
    });

    /// <summary>Makes the probe not applicable unless the peer's reaction so far is among these.</summary>
    public Probe OnlyIf(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return OnlyIf(outcome.Words, (_, reaction) => outcome.IsMet(reaction));
    }

    /// <summary>The same where it depends on what the target is sent.</summary>
    internal Probe OnlyIf(string words, Func<ProbeTarget, Reaction, bool> isMet) => Do($"only if {words}", (run, _) =>
    {
        if (!isMet(run.Target, run.Current.Reaction)) run.Settle(ProbeVerdict.NotApplicable, $"only with {words}; seen: {run.Current.Reaction}");
        return Task.CompletedTask;
    });

    /// <summary>Sends the target's request and close_notify: the peer has to answer, or to end without an alert.</summary>
    public Probe ExpectService() => Do("expect service", (run, cancellation) => run.ExpectServiceAsync(Outcome.Service, null, cancellation), waits: true);

    /// <summary>The same of a client that a server may have given up meanwhile.</summary>
    internal Probe ExpectServiceUnlessGivenUp() => Do("expect service; tolerate the end", (run, cancellation) => run.ExpectServiceAsync(Outcome.Answer, Outcome.Ended, cancellation), waits: true);

    /// <summary>Another client connects meanwhile, and has to be served.</summary>
    public Probe ExpectOthersServed() => Do("expect that others are served", (run, cancellation) => run.ExpectOthersServedAsync(cancellation), waits: true);

    private Probe SendHello(string words, Func<string?, RawClientHello> make, Func<RawClientHello, RawClientHello>? change) => Do(words, async (run, cancellation) =>
    {
        RawClientHello hello = make(run.Target.NameForHello);
        await (await run.ConnectedAsync(cancellation)).SendAsync((change is null ? hello : change(hello)).ToRecord().ToBytes(), cancellation);
    });

    private Probe DoWithMachine(string words, Action<SslMachine> action) => Do(words, async (run, cancellation) =>
    {
        try
        {
            action(run.Machine);
        }
        catch (InvalidOperationException e)
        {
            run.Settle(ProbeVerdict.Failed, $"{words}: not possible any more ({e.Message}); seen: {run.Last}");
            return;
        }

        await run.Current.PumpAsync(cancellation);
    });
}
