using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Exports;

namespace OpenSslNb.Native.Tests;

/// <summary>The collector has nothing to do for what is done over and over: the functions are called here as C calls them, in a process that can count.</summary>
public sealed unsafe class AllocationTests
{
    private const int Rounds = 2000;

    private static readonly Lazy<nint> s_shim = new(LoadShim);

    private nint _server;
    private nint _client;

    // In the library itself the part in C is linked to the rest.
    [OneTimeSetUp]
    public void ProvideShim()
    {
        NativeBuild.Require();
        NativeLibrary.SetDllImportResolver(typeof(Result).Assembly, static (name, _, _) => name == "onbshim" ? s_shim.Value : 0);
    }

    [SetUp]
    public void Begin()
    {
        nint certificate;
        nint trust;
        nint config;
        byte[] pem = new byte[8192];
        nuint length = (nuint)pem.Length;
        fixed (byte* name = "localhost\0"u8, text = pem)
        {
            byte* names = name;
            Ok(((delegate* unmanaged<byte**, nuint, long, nint*, int>)&CertificateExports.SelfSigned)(&names, 1, 3600, &certificate));
            Ok(((delegate* unmanaged<nint, void*, nuint*, int>)&CertificateUseExports.Pem)(certificate, text, &length));
            Ok(((delegate* unmanaged<nint*, int>)&TrustExports.New)(&trust));
            Ok(((delegate* unmanaged<nint, void*, nuint, int>)&TrustExports.AddPem)(trust, text, length));
        }

        Ok(((delegate* unmanaged<nint*, int>)&ConfigExports.NewServer)(&config));
        Ok(((delegate* unmanaged<nint, nint, int>)&ConfigObjectExports.SetCertificate)(config, certificate));
        nint server;
        Ok(((delegate* unmanaged<nint, nint*, int>)&ContextExports.New)(config, &server));
        Ok(((delegate* unmanaged<nint*, int>)&ConfigExports.NewClient)(&config));
        Ok(((delegate* unmanaged<nint, nint, int>)&ConfigObjectExports.SetTrust)(config, trust));
        nint client;
        Ok(((delegate* unmanaged<nint, nint*, int>)&ContextExports.New)(config, &client));
        (_server, _client) = (server, client);
    }

    [Test]
    public void Machines_write_and_read_without_allocating()
    {
        nint client;
        nint server;
        fixed (byte* name = "localhost\0"u8)
        {
            Ok(((delegate* unmanaged<nint, byte*, Structs.NativeMachineOptions*, nint*, int>)&MachineExports.New)(_client, name, null, &client));
            Ok(((delegate* unmanaged<nint, byte*, Structs.NativeMachineOptions*, nint*, int>)&MachineExports.New)(_server, null, null, &server));
        }

        for (int i = 0; i < 10; i++)
        {
            _ = ((delegate* unmanaged<nint, int>)&MachineStepExports.Handshake)(client);
            Carry(client, server);
            _ = ((delegate* unmanaged<nint, int>)&MachineStepExports.Handshake)(server);
            Carry(server, client);
        }

        for (int i = 0; i < Rounds; i++) Round(client, server);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) Round(client, server);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Rounds), "less than a byte a round: a pooled buffer now and then");
        Ok(((delegate* unmanaged<nint, int>)&MachineExports.Free)(client));
        Ok(((delegate* unmanaged<nint, int>)&MachineExports.Free)(server));
    }

    private static void Round(nint client, nint server)
    {
        byte* data = stackalloc byte[200];
        nuint length = 200;
        int isThere;
        Ok(((delegate* unmanaged<nint, void*, nuint, int>)&MachineStepExports.Write)(client, data, length));
        Carry(client, server);
        Ok(((delegate* unmanaged<nint, void*, nuint*, int>)&MachineStepExports.Read)(server, data, &length));
        Ok(((delegate* unmanaged<nint, int*, int>)&MachineFactExports.Interest)(server, &isThere));
        length = 200;
        if (((delegate* unmanaged<nint, void*, nuint*, int>)&MachineStepExports.Read)(server, data, &length) != (int)Result.WantRead) throw new InvalidOperationException("there is more");
    }

    private static void Carry(nint from, nint to)
    {
        void* bytes;
        nuint length;
        Ok(((delegate* unmanaged<nint, void**, nuint*, int>)&MachineExports.GetOutput)(from, &bytes, &length));
        if (length == 0) return;
        Ok(((delegate* unmanaged<nint, void*, nuint, int>)&MachineExports.Feed)(to, bytes, length));
        Ok(((delegate* unmanaged<nint, nuint, int>)&MachineExports.SkipOutput)(from, length));
    }

    private static nint LoadShim()
    {
        string file = Path.Combine(TestContext.CurrentContext.TestDirectory, "onbshim.so");
        Repository.Must("gcc", "-shared", "-fPIC", "-O2", "-o", file, "src/OpenSslNb.Native/shim.c");
        return NativeLibrary.Load(file);
    }

    private static void Ok(int result)
    {
        if (result != 0) throw new InvalidOperationException($"{(Result)result}: {Fault.Last?.Result}");
    }
}
