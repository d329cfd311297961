namespace OpenSslNb.BogoShim;

/// <summary>Carries a machine's ciphertext to the runner and back: as it comes, or byte by byte, with every step stopped in between.</summary>
internal sealed class Wire(SslMachine machine, RunnerSocket socket, bool byteByByte)
{
    private const int ReceiveSize = 32 * 1024;

    private readonly byte[] _received = new byte[ReceiveSize];

    /// <summary>Attempts an operation until it is no longer blocked, seeing to what it waits for.</summary>
    public SslStep Drive(Func<SslStep> operation)
    {
        while (true)
        {
            SslStep step = operation();
            if (step is { IsBlocked: true, Want: SslWant.Write } && byteByByte)
            {
                Deliver(1);
                continue;
            }

            DeliverAll();
            if (!step.IsBlocked) return step;
            switch (step.Want)
            {
                case SslWant.Read:
                    Receive();
                    break;
                case SslWant.Write:
                    // Delivered above.
                    break;
                default:
                    machine.WaitForAnswerAsync().GetAwaiter().GetResult();
                    break;
            }
        }
    }

    /// <summary>Everything that waits goes out, and what OpenSSL was stopped in the middle of comes after it.</summary>
    public void DeliverAll()
    {
        while (!machine.Output.IsEmpty) Deliver(byteByByte ? 1 : machine.Output.Length);
    }

    private void Deliver(int count)
    {
        socket.Send(machine.Output[..count]);
        machine.SkipOutput(count);
    }

    private void Receive()
    {
        int count = socket.Receive(_received.AsSpan(0, byteByByte ? 1 : ReceiveSize));
        if (count == 0) machine.FeedEndOfStream();
        else machine.Feed(_received.AsSpan(0, count));
    }
}
