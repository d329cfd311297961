using OpenSslNb.Fuzz;
using SharpFuzz;

// --afl            under afl-fuzz, which sends one input after the other
// --seeds FOLDER   writes the hand-made inputs
// FILE...          replays inputs and tells the story; needs no instrumentation
switch (args)
{
    case ["--afl"]:
        Fuzzer.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            FuzzCase.Run(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        });
        return 0;
    case ["--seeds", var folder]:
        Seeds.Write(folder);
        return 0;
    case []:
        Console.Error.WriteLine("usage: OpenSslNb.Fuzz FILE... | --seeds FOLDER | --afl");
        return 2;
    default:
        return Replay.Files(args);
}
