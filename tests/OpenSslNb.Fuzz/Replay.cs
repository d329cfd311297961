namespace OpenSslNb.Fuzz;

/// <summary>Replays inputs for people.</summary>
internal static class Replay
{
    /// <summary>0 if all inputs are fine, 1 if one is not.</summary>
    public static int Files(IReadOnlyList<string> files)
    {
        int broken = 0;
        foreach (string file in files)
        {
            Console.WriteLine($"== {file}");
            if (One(file) is not { } failure) continue;
            broken++;
            Console.WriteLine(failure);
        }

        Console.WriteLine($"{files.Count} inputs, {broken} broken");
        return broken == 0 ? 0 : 1;
    }

    private static Exception? One(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        try
        {
            FuzzCase.Run(bytes, Console.WriteLine);
            return null;
        }
        catch (Exception e)
        {
            // Whatever comes out is a finding.
            return e;
        }
    }
}
