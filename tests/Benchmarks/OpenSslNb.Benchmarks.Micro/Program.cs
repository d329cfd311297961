using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using OpenSslNb.Benchmarks.Micro;

// What takes part in one comparison must be measured by turns, which BenchmarkDotNet does not do.
if (args is ["paired-handshake", ..]) return PairedHandshake.Run(args[1..]);
if (args is ["parallel-handshake", ..]) return ParallelHandshake.Run(args[1..]);
if (args is ["slow-key", ..]) return await SlowKey.RunAsync(args[1..]);

// In this process: the projects that BenchmarkDotNet would generate would be built by this repository's rules.
string[] arguments = [.. args.Contains("--filter") ? [] : (string[])["--filter", "*"], "--inProcess", .. args];
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance).WithArtifactsPath(Path.Combine("artifacts", "micro"));
return BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config).Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
