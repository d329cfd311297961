using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Conformance.SslTests.Verdicts;
foreach (string path in Directory.GetFiles(Path.Combine(args[0], "ssl-tests")).Where(f => f.EndsWith(".cnf") || f.EndsWith(".conf")).Order())
{
    var sw = System.Diagnostics.Stopwatch.StartNew();
    var file = CnfFile.Parse(Path.GetFileName(path), File.ReadAllText(path), new Dictionary<string, string> { ["TEST_CERTS_DIR"] = Path.GetFullPath(Path.Combine(args[0], "certs")) });
    var all = CaseReader.Read(file).Where(c => args.Length < 2 || c.ToString().Contains(args[1])).Select(CaseVerdict.Of).ToList();
    if (all.Count == 0) continue;
    Console.WriteLine($"{file.Name} {all.Count} passed {all.Count(v => v.Passed)} failed {all.Count(v => v.Failed)} left out {all.Count(v => v.LeftOut is not null)} {sw.ElapsedMilliseconds} ms");
    foreach (var v in all.Where(v => v.Failed)) Console.WriteLine($"   {v.Name}\n      {string.Join("\n      ", v.Unmet)}");
}
