using NUnit.Framework;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: Parallelizable(ParallelScope.All)]
[assembly: LevelOfParallelism(4)]

namespace OpenSslNb.Cli.Tests;

[SetUpFixture]
public sealed class AssemblySetUp
{
    // Pipes of processes are read by threads of the pool that block: enough of them must be there at once.
    [OneTimeSetUp]
    public void Give_the_pool_threads_for_the_pipes() => ThreadPool.SetMinThreads(64, 16);

    [OneTimeTearDown]
    public void Delete_the_certificates() => Pki.Delete();
}
