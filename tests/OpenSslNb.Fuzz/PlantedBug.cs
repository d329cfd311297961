namespace OpenSslNb.Fuzz;

/// <summary>
/// A defect of the harness, not of the product: proof that the fuzzer finds one. With <c>OPENSSLNB_FUZZ_PLANT=1</c> a KeyUpdate that arrives after our own close_notify is
/// given to the machine twice.
/// </summary>
internal static class PlantedBug
{
    public const string Variable = "OPENSSLNB_FUZZ_PLANT";

    public static bool IsPlanted { get; set; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <param name="target">Who is fed.</param>
    /// <param name="isKeyUpdate">What is protected in the record.</param>
    /// <param name="record">What is fed next.</param>
    public static void BeforeFeed(CheckedMachine target, bool isKeyUpdate, ReadOnlySpan<byte> record)
    {
        if (IsPlanted && target.State == ConnectionState.LocalClosed && isKeyUpdate) target.Feed(record);
    }
}
