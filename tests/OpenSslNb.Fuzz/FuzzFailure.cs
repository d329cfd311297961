namespace OpenSslNb.Fuzz;

/// <summary>An invariant of the machine is broken.</summary>
internal sealed class FuzzFailure(string message) : Exception(message)
{
    public static void Unless(bool holds, string invariant)
    {
        if (!holds) throw new FuzzFailure(invariant);
    }
}
