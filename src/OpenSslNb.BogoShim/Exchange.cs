using OpenSslNb.OpenSsl;

namespace OpenSslNb.BogoShim;

/// <summary>One connection: the handshake, what the test has the shim do after it, and the end.</summary>
internal sealed class Exchange
{
    // One byte at a time in both directions.
    private const int Halting = 1;
    private static readonly byte[] s_hello = "hello"u8.ToArray();
    private static readonly int[] s_recordSizes = [1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769];

    private readonly TlsContext _context;
    private readonly SessionSlot _session;
    private readonly bool _isResumption;
    private readonly SslMachine _machine;
    private readonly Wire _wire;
    private readonly ShimOptions _retry;
    private readonly MessageLog _log = new();
    private readonly byte[] _buffer;
    private ShimOptions _options;
    private int _sentEarly;
    private bool _helloIsUnfinished;

    public Exchange(TlsContext context, ShimOptions options, ShimOptions retry, SessionSlot session, bool isResumption, RunnerSocket socket)
    {
        _context = context;
        _options = options;
        _retry = retry;
        _session = session;
        _buffer = new byte[options.ReadSize];
        _isResumption = isResumption;
        _machine = new SslMachine(context, peerName: null, 1024 * 1024, 128 * 1024, options.Async ? Halting : int.MaxValue);
        _wire = new Wire(_machine, socket, options.Async);
    }

    public void Run()
    {
        using (_machine)
        {
            try
            {
                Talk();
            }
            finally
            {
                // The alert that tells the runner why.
                _wire.DeliverAll();
            }
        }
    }

    private void Talk()
    {
        Prepare();
        Handshake();
        Reverify();
        SendFirst();
        if (!_options.ShimShutsDown) Echo();
        CheckSession();
        Close();
        Expectations.CheckEnd(_machine, _options, _log);
    }

    private void Prepare()
    {
        _machine.Observe(_log);
        NativeSwitches.Set(_machine, _options);
        if (_options.Server) return;
        _session.OfferTo(_machine);
        if (!_isResumption || _options is not { EnableEarlyData: true, ShimWritesFirst: true }) return;

        // A server may take less than that.
        int length = Math.Min(s_hello.Length, _session.EarlyDataLimit);
        if (_machine.OfferEarlyData(s_hello.AsSpan(0, length))) _sentEarly = length;

        // To the runner this connection is there already, and keying material is to be had only later.
        if (_sentEarly > 0 && _options.ExportKeyingMaterial > 0) _ = Export();
    }

    private void Handshake()
    {
        Require(_wire.Drive(StepHandshake));
        if (_options.HandshakeNeverDone) throw new TestFailure("Handshake unexpectedly completed.");

        // What was not taken early is sent again: to the runner it is another connection from then on.
        if (_machine.Info!.EarlyData == TlsEarlyData.Rejected && _options is { Server: false, ExpectRejectEarlyData: true })
        {
            _options = _retry;
            _sentEarly = 0;
        }

        // A test of a handshake that reads and writes bring about has its expectations of these.
        if (_options.ImplicitHandshake) return;
        Expectations.CheckHandshake(_machine, _options, _log, _isResumption);
        if (_options.HandshakeTwice) Require(_wire.Drive(_machine.Handshake));
    }

    // Early data is answered before the handshake has ended: the runner ends it only then.
    private SslStep StepHandshake()
    {
        SslStep step = _machine.Handshake();
        while (_options.Server && _machine.TakeEarlyData(_buffer) is > 0 and var count) Answer(_buffer.AsSpan(0, count));
        return step;
    }

    // OpenSSL asks a client's application for new certificates alone; what a session holds, the application can look at itself.
    private void Reverify()
    {
        bool isAsked = _options is { ReverifyOnResume: true, Server: false } && _isResumption && _machine.Info!.PeerCertificates.Count > 0;
        if (isAsked && _options.VerifyFail) throw new TestFailure("the certificate of the resumed session is not acceptable any more: CERTIFICATE_VERIFY_FAILED");
    }

    private void SendFirst()
    {
        if (_options.ExportKeyingMaterial > 0) Write(Export());
        if (_options.TlsUnique) Write(_machine.GetChannelBinding(TlsChannelBinding.Unique));
        if (_options.WriteDifferentRecordSizes)
        {
            foreach (int size in s_recordSizes)
            {
                byte[] record = new byte[size];
                Array.Fill(record, (byte)0x42);
                Write(record);
            }
        }
        else if (_options.ReadWithUnfinishedWrite && _sentEarly == 0)
        {
            _helloIsUnfinished = _machine.Write(s_hello).IsBlocked;
            if (!_helloIsUnfinished) throw new TestFailure("Failed to leave unfinished write.");
        }
        else if (_options.ShimWritesFirst && _sentEarly < s_hello.Length)
        {
            Write(s_hello.AsSpan(_sentEarly));
        }
    }

    private void Echo()
    {
        while (true)
        {
            SslStep step = _wire.Drive(() => _machine.Read(_buffer));
            if (step.Kind == SslStepKind.Closed) return;

            // An end without close_notify ends the reading, too: what to make of it is the closing's.
            if (step.Failure is { Reason: CloseReason.Truncated } && _machine.Instance.IsEstablished) return;
            Require(step);
            if (_options.UseExporterBetweenReads) _ = _machine.ExportKeyingMaterial("EXPERIMENTAL", 1);
            if (_helloIsUnfinished) Require(_wire.Drive(_machine.Flush));
            _helloIsUnfinished = false;
            if (_options.KeyUpdate) Require(_wire.Drive(() => _machine.UpdateKeys()));
            Answer(_buffer.AsSpan(0, step.Bytes));
        }
    }

    private void Answer(Span<byte> data)
    {
        foreach (ref byte b in data) b ^= 0xFF;
        Write(data);
    }

    // BoringSSL's tests take any end for the end, unless they say that they look at it.
    private void Close()
    {
        if (!_options.CheckCloseNotify) return;
        if (_machine.State == ConnectionState.Failed) throw TestFailure.Of(_machine.Failure!);
        Require(_wire.Drive(_machine.Shutdown));
        if (_machine.State == ConnectionState.Closed) return;
        SslStep step = _wire.Drive(() => _machine.Read(_buffer));
        if (step.IsDone) throw new TestFailure($"{step.Bytes} bytes came in place of close_notify");
        if (step.Kind != SslStepKind.Closed) Require(step);
    }

    private void CheckSession()
    {
        if (_options.Server) return;
        bool came = _session.TakeFrom(_context);
        if (_options.ImplicitHandshake || _options.Psk is not null) return;
        if (_machine.Info!.Protocol == TlsProtocol.Tls13)
        {
            bool expected = !_options.ExpectNoSession && !_options.ShimShutsDown;
            if (came != expected) throw new TestFailure($"new session was{(came ? "" : " not")} cached, but we expected the opposite");
            if (came && _session.AllowsEarlyData != _options.ExpectTicketSupportsEarlyData) throw new TestFailure($"new session did{(_session.AllowsEarlyData ? "" : " not")} support early data, but we expected the opposite");
        }
        else if (_machine.Info.IsResumed)
        {
            if (_log.Tickets > 0 != _options.ExpectTicketRenewal) throw new TestFailure($"the ticket was{(_log.Tickets > 0 ? "" : " not")} renewed, but we expected the opposite");
        }
        else if (came == _options.ExpectNoSession)
        {
            throw new TestFailure($"new session was{(came ? "" : " not")} cached, but we expected the opposite");
        }
    }

    // The tests have labels that applications may not have: none at all.
    private byte[] Export() =>
        KeyingMaterial.Export(_machine.Instance.Ssl, _options.ExportLabel, _options.ExportKeyingMaterial, _options.UseExportContext ? Flags.Bytes(_options.ExportContext) : default(ReadOnlyMemory<byte>?));

    private void Write(ReadOnlySpan<byte> data)
    {
        SslStep step = _machine.Write(data);
        Require(step.IsBlocked ? _wire.Drive(_machine.Flush) : step);
        _wire.DeliverAll();
    }

    private static void Require(SslStep step)
    {
        if (step.Failure is { } failure) throw TestFailure.Of(failure);
        if (step.Kind == SslStepKind.Closed) throw new TestFailure("close_notify came too early");
    }
}
