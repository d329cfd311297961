namespace OpenSslNb.Polling;

/// <summary>What holds for every poller.</summary>
internal static class PollerRules
{
    /// <summary>Refuses an empty interest.</summary>
    public static void RequireInterest(Interest interest)
    {
        if (interest == Interest.None) throw new ArgumentException("a registration needs an interest; remove it instead", nameof(interest));
    }
}
