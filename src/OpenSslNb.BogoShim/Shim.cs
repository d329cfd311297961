namespace OpenSslNb.BogoShim;

/// <summary>One test of the runner: a connection, and as many more as it asks for, which resume what the one before has left.</summary>
internal static class Shim
{
    public static void Run(IReadOnlyList<string> arguments)
    {
        (ShimOptions initial, ShimOptions resume, ShimOptions retry) = Flags.Parse(arguments);
        TlsContext? context = null;
        var session = new SessionSlot();
        for (int i = 0; i <= initial.ResumeCount; i++)
        {
            ShimOptions options = i == 0 ? initial : resume;

            // Expectations aside, most tests want the same of all connections.
            if (i == 0 || (i == 1 && !initial.ContextFlags.SequenceEqual(resume.ContextFlags))) context = Contexts.Make(options, context);
            if (i > 0 && !options.Server && !session.HasSession) throw new TestFailure("No session to offer.");
            using RunnerSocket socket = RunnerSocket.Connect(options);
            try
            {
                new Exchange(context!, options, retry, session, isResumption: i > 0, socket).Run();
            }
            catch (TestFailure e)
            {
                throw new TestFailure($"Connection {i + 1} failed: {e.Message}");
            }
        }
    }
}
