using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Exports;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Tests;

/// <summary>The collector has nothing to do for what is done over and over: the functions are called here as C calls them, in a process that can count.</summary>
public sealed unsafe class AllocationTests
{
    private const int Rounds = 2000;
    private const int DeadlineMilliseconds = 30_000;

    private static readonly Lazy<nint> s_shim = new(LoadShim);

    // Of the callbacks of connections.
    private static int s_opened;
    private static long s_returned;

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
            Ok(((delegate* unmanaged<nint, byte*, NativeMachineOptions*, nint*, int>)&MachineExports.New)(_client, name, null, &client));
            Ok(((delegate* unmanaged<nint, byte*, NativeMachineOptions*, nint*, int>)&MachineExports.New)(_server, null, null, &server));
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

    [Test]
    public void Connections_send_and_receive_without_allocating()
    {
        nint loop;
        nint listener;
        nint conn;
        Ok(((delegate* unmanaged<NativeLoopOptions*, nint*, int>)&LoopExports.NewDriven)(null, &loop));
        var told = new NativeCallbacks { Size = (nuint)sizeof(NativeCallbacks), OnReceived = &Return, OnOpened = &Opened };
        fixed (byte* address = "127.0.0.1\0"u8, host = "localhost\0"u8)
        {
            int port;
            Ok(((delegate* unmanaged<nint, byte*, int, nint, NativeCallbacks*, void*, NativeListenOptions*, nint*, int>)&ListenExports.Listen)(loop, address, 0, _server, &told, null, null, &listener));
            Ok(((delegate* unmanaged<nint, byte*, int*, int>)&ListenExports.Address)(listener, null, &port));
            told.OnReceived = &Count;
            Ok(((delegate* unmanaged<nint, byte*, int, nint, NativeCallbacks*, void*, NativeConnectOptions*, nint*, int>)&ConnExports.Connect)(loop, host, port, _client, &told, null, null, &conn));
        }

        Turn(loop, () => s_opened >= 2);
        for (int i = 0; i < Rounds; i++) Trip(loop, conn);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) Trip(loop, conn);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Rounds), "less than a byte a trip: a pooled buffer now and then");
        Ok(((delegate* unmanaged<nint, int>)&LoopExports.Free)(loop));
    }

    // There and back, on the one loop that both are on.
    private static void Trip(nint loop, nint conn)
    {
        byte* data = stackalloc byte[200];
        long before = s_returned;
        Ok(((delegate* unmanaged<nint, void*, nuint, int>)&ConnExports.Send)(conn, data, 200));
        long deadline = Environment.TickCount64 + DeadlineMilliseconds;
        while (s_returned - before < 200 && Environment.TickCount64 < deadline) Ok(((delegate* unmanaged<nint, int*, int>)&LoopExports.Turn)(loop, null));
        if (s_returned - before != 200) throw new InvalidOperationException($"{s_returned - before} bytes came back of 200");
    }

    private static void Turn(nint loop, Func<bool> until)
    {
        long deadline = Environment.TickCount64 + DeadlineMilliseconds;
        while (!until() && Environment.TickCount64 < deadline) Ok(((delegate* unmanaged<nint, int*, int>)&LoopExports.Turn)(loop, null));
        Assert.That(until(), Is.True);
    }

    [UnmanagedCallersOnly]
    private static void Opened(nint conn, void* user) => s_opened++;

    [UnmanagedCallersOnly]
    private static void Return(nint conn, byte* data, nuint length, void* user) => Ok(((delegate* unmanaged<nint, void*, nuint, int>)&ConnExports.Send)(conn, data, length));

    [UnmanagedCallersOnly]
    private static void Count(nint conn, byte* data, nuint length, void* user) => s_returned += (long)length;

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
        Repository.Must("gcc", "-shared", "-fPIC", "-O2", "-o", file, "src/OpenSslNb.Native/C/shim.c");
        return NativeLibrary.Load(file);
    }

    private static void Ok(int result)
    {
        if (result != 0) throw new InvalidOperationException($"{(Result)result}: {Marshal.PtrToStringUTF8((nint)(Fault.Last is { } last ? last.Text : null))}");
    }
}
