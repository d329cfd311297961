namespace OpenSslNb.Fuzz;

/// <summary>The hand-made inputs: one for each side, version and state, and stories that are worth mutating.</summary>
internal static class Seeds
{
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in All()) File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    public static IEnumerable<(string Name, byte[] Bytes)> All()
    {
        foreach (StartState state in Enum.GetValues<StartState>())
        {
            for (int world = 0; world < 4; world++)
            {
                byte start = (byte)(world | ((int)state << 2));
                string name = $"{state}-{((world & 1) != 0 ? "server" : "client")}-{((world & 2) != 0 ? "13" : "12")}";
                yield return (name, [start, 0, .. Story(state)]);
            }
        }

        foreach ((string name, byte[] story) in Stories()) yield return (name, story);
    }

    private static byte[] Story(StartState state) => state switch
    {
        StartState.Fresh => [A(FuzzAction.PeerReads), A(FuzzAction.Deliver), 3, A(FuzzAction.PeerReads), A(FuzzAction.Deliver), 3],
        StartState.FirstMessageHalfway => [A(FuzzAction.RawBytes), 4, 22, 3, 3, 0],
        StartState.LastMessageMissing => [A(FuzzAction.ForgedRecord), 22, 4, 20, 0, 0, 0],
        StartState.Established => [A(FuzzAction.PeerWrites), 9, A(FuzzAction.Deliver), 0, A(FuzzAction.TargetWrites), 200, A(FuzzAction.PeerReads)],
        StartState.WritePending => [A(FuzzAction.PeerWrites), 255, A(FuzzAction.Deliver), 0, A(FuzzAction.PeerReads)],
        StartState.Rekeying => [A(FuzzAction.Deliver), 7, A(FuzzAction.PeerReads), A(FuzzAction.TargetWrites), 3, A(FuzzAction.Deliver), 1],
        StartState.LocalClosed => [A(FuzzAction.PeerWrites), 9, A(FuzzAction.PeerShutsDown), A(FuzzAction.Deliver), 1],
        _ => [A(FuzzAction.TargetWrites), 9, A(FuzzAction.TargetShutsDown), A(FuzzAction.EndOfStream)],
    };

    private static IEnumerable<(string Name, byte[] Bytes)> Stories()
    {
        const byte Server13 = 3 | ((int)StartState.Established << 2);
        const byte Server12 = 1 | ((int)StartState.Established << 2);
        yield return ("KeyUpdate-forged", [Server13, 0, A(FuzzAction.ForgedRecord), 22, 5, 24, 0, 0, 1, 1, A(FuzzAction.ForgedRecord), 23, 3, 1, 2, 3]);
        yield return ("KeyUpdate-both", [Server13, 5, A(FuzzAction.PeerRekeys), 1, A(FuzzAction.TargetRekeys), 1, A(FuzzAction.Deliver), 1, A(FuzzAction.PeerWrites), 90]);
        yield return ("alert-forged", [Server13, 0, A(FuzzAction.ForgedRecord), 21, 2, 1, 0]);
        yield return ("alert-forged-12", [Server12, 1, A(FuzzAction.ForgedRecord), 21, 2, 2, 40]);
        yield return ("hello-request-forged", [(int)StartState.Established << 2, 0, A(FuzzAction.ForgedRecord), 22, 4, 0, 0, 0, 0, A(FuzzAction.PeerReads)]);
        yield return ("records-tampered", [Server13, 0, A(FuzzAction.PeerWrites), 40, A(FuzzAction.PeerWrites), 41, A(FuzzAction.Swap), A(FuzzAction.Truncate), 9, 0, 0, A(FuzzAction.FlipBits), 7, 0, 1]);
        yield return ("records-doubled", [Server12, 0, A(FuzzAction.PeerWrites), 40, A(FuzzAction.PeerWrites), 41, A(FuzzAction.Duplicate), 0, 0, 0, A(FuzzAction.Drop), 0, 0, 0]);
        yield return ("renegotiation-with-data", [(int)StartState.Rekeying << 2, 33, A(FuzzAction.PeerWrites), 40, A(FuzzAction.TargetWrites), 41, A(FuzzAction.PeerReads), A(FuzzAction.Deliver), 7]);
    }

    private static byte A(FuzzAction action) => (byte)action;
}
