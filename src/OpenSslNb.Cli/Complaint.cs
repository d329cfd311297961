namespace OpenSslNb.Cli;

/// <summary>Says what is wrong when it begins, and not at every look. From any thread.</summary>
/// <param name="consequence">What follows from it.</param>
internal sealed class Complaint(string consequence)
{
    private string? _last;

    public void Tell(Exception fault)
    {
        if (Interlocked.Exchange(ref _last, fault.Message) != fault.Message) Console.Error.WriteLine($"opensslnb: {consequence}: {fault.Message}");
    }

    /// <summary>All is well again, or somebody asks: the next fault is told even if it is the same.</summary>
    public void Settle() => Volatile.Write(ref _last, null);
}
