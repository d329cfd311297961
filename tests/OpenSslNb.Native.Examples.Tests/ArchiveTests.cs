using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The archive with nothing but a compiler and libssl beside it.</summary>
public sealed class ArchiveTests
{
    [Test]
    public void It_holds_library_headers_packages_examples_and_licences()
    {
        foreach (string file in (string[])
        [
            "README.md", "LICENSE", "licenses/dotnet-runtime-LICENSE.TXT", "licenses/dotnet-runtime-THIRD-PARTY-NOTICES.TXT", "docs/embedding.md", "suppressions/lsan.supp", "suppressions/valgrind.supp",
            "include/opensslnb.h", "include/opensslnb.hpp", "lib/pkgconfig/opensslnb.pc", "lib/cmake/opensslnb/opensslnb-config.cmake", "examples/echo_server.c",
        ])
        {
            Assert.That(new FileInfo(Path.Combine(Archive.Root, file)), Has.Length.GreaterThan(100), file);
        }
    }

    [Test]
    public async Task Its_links_lead_from_the_linkers_name_by_the_soname_to_the_file_of_this_version()
    {
        string header = await Tool.RunAsync("readelf", "binutils", "-d", Archive.Library);
        string version = (await Tool.ShellAsync(Archive.Root, "pkg-config --modversion opensslnb")).Trim();
        Assert.That(header, Does.Contain($"Library soname: [libopensslnb.so.{version.Split('.')[0]}]"));
        Assert.That(new FileInfo(Path.Combine(Archive.Root, "lib/libopensslnb.so")).LinkTarget, Is.EqualTo("libopensslnb.so.0"));
        Assert.That(new FileInfo(Archive.Library).LinkTarget, Is.EqualTo($"libopensslnb.so.{version}"));
        Assert.That(Repository.Text("native/include/opensslnb.h"), Does.Contain($"#define ONB_VERSION_MINOR {version.Split('.')[1]}\n"));
    }

    [Test]
    public async Task Nothing_in_it_names_a_folder_of_the_machine_that_made_it()
    {
        string root = Repository.PathOf("").TrimEnd('/');
        foreach (string file in Directory.EnumerateFiles(Archive.Root, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/build/")))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            Assert.That(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(root)), Is.EqualTo(-1), file);
        }
    }

    // What a C programmer does first.
    [Test]
    public async Task Echo_server_is_compiled_with_one_line_and_s_client_gets_its_bytes_back()
    {
        string folder = Archive.NewFolder();
        File.Copy(Path.Combine(Archive.Root, "examples/echo_server.c"), Path.Combine(folder, "echo_server.c"));
        await Tool.ShellAsync(folder, "cc echo_server.c $(pkg-config --cflags --libs opensslnb)");
        await using ExampleServer server = await ExampleServer.StartAsync(Path.Combine(folder, "a.out"), "0");
        await using ExternalProcess client = ExternalProcess.Start("openssl", "openssl", "s_client", "-connect", $"127.0.0.1:{server.Port}", "-brief");
        await client.WriteAsync("my own bytes\n"u8.ToArray());
        await client.Output.WaitForTextAsync("my own bytes\n");
        client.CloseInput();
        await client.ExitWellAsync();
        Assert.That(await server.StopAsync(), Is.Empty);
    }

    [Test]
    public async Task A_program_can_be_linked_without_the_path_of_the_library_in_it()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "version.c"), VersionProgram);
        await Tool.ShellAsync(folder, "cc version.c $(pkg-config --cflags opensslnb) $(pkg-config --define-variable=rpath= --libs opensslnb)");
        Assert.That(await Tool.RunAsync("readelf", "binutils", "-d", Path.Combine(folder, "a.out")), Does.Not.Contain("RUNPATH").And.Not.Contain("RPATH"));
        await Tool.ShellAsync(folder, $"LD_LIBRARY_PATH={Archive.Root}/lib ./a.out");
    }

    [Test]
    public async Task The_CMake_package_is_found_by_a_project_and_its_program_runs()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "version.c"), VersionProgram);
        await File.WriteAllTextAsync(Path.Combine(folder, "CMakeLists.txt"), Project("opensslnb 0.1"));
        await Tool.RunAsync("cmake", "cmake", "-S", folder, "-B", $"{folder}/build", $"-DCMAKE_PREFIX_PATH={Archive.Root}");
        await Tool.RunAsync("cmake", "cmake", "--build", $"{folder}/build");
        string output = await Tool.RunAsync($"{folder}/build/version", "cmake");
        Assert.That(output.Trim(), Is.EqualTo((await Tool.ShellAsync(folder, "pkg-config --modversion opensslnb")).Trim()));
    }

    // Its threads run in it: a plugin that is unloaded must not pull the ground from under them.
    [Test]
    public async Task The_library_stays_when_the_program_closes_it_and_goes_on_working()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "plugin.c"), Plugin);
        await Tool.ShellAsync(folder, "cc -Wall -Wextra -Werror plugin.c $(pkg-config --cflags opensslnb) -ldl -lpthread");
        Assert.That(await Tool.RunAsync(Path.Combine(folder, "a.out"), "gcc", Archive.Library), Is.EqualTo("still there\nposted\nfreed\n"));
    }

    [TestCase("opensslnb 9.0")]
    [TestCase("opensslnb 0.999")]
    public async Task The_CMake_package_is_not_found_for_a_version_that_it_is_not(string wanted)
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "CMakeLists.txt"), Project(wanted));
        (int code, _, string error) = await Tool.TryAsync("cmake", "-S", folder, "-B", $"{folder}/build", $"-DCMAKE_PREFIX_PATH={Archive.Root}");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("opensslnb"));
    }

    [Test]
    public async Task The_examples_are_a_CMake_project_too()
    {
        string build = Archive.NewFolder();
        await Tool.RunAsync("cmake", "cmake", "-S", $"{Archive.Root}/examples", "-B", build, $"-DCMAKE_PREFIX_PATH={Archive.Root}");
        await Tool.RunAsync("cmake", "cmake", "--build", build);
        (int code, _, string error) = await Tool.TryAsync($"{build}/cpp_echo");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.StartWith("usage:"));
    }

    private const string VersionProgram = """
        #include <opensslnb.h>
        #include <stdio.h>
        int main(void) { return onb_version() == ONB_VERSION && puts(onb_version_text()) >= 0 && onb_openssl_version() != NULL ? 0 : 1; }
        """;

    private const string Plugin = """
        #include <dlfcn.h>
        #include <opensslnb.h>
        #include <semaphore.h>
        #include <stdio.h>
        static void wake(void *user) { sem_post(user); }
        int main(int argc, char **argv)
        {
            void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
            if (library == NULL) return 1;
            onb_result (*make)(const onb_loop_options *, onb_loop **) = (onb_result (*)(const onb_loop_options *, onb_loop **))dlsym(library, "onb_loop_new");
            onb_result (*post)(onb_loop *, void (*)(void *), void *) = (onb_result (*)(onb_loop *, void (*)(void *), void *))dlsym(library, "onb_loop_post");
            onb_result (*release)(onb_loop *) = (onb_result (*)(onb_loop *))dlsym(library, "onb_loop_free");
            onb_loop *loop;
            sem_t posted;
            if (make(NULL, &loop) != ONB_OK || sem_init(&posted, 0, 0) != 0 || dlclose(library) != 0) return 2;
            if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL) return 3;
            puts("still there");
            if (post(loop, wake, &posted) != ONB_OK || sem_wait(&posted) != 0) return 4;
            puts("posted");
            if (release(loop) != ONB_OK) return 5;
            puts("freed");
            return 0;
        }
        """;

    private static string Project(string wanted) => $"""
        cmake_minimum_required(VERSION 3.13)
        project(finds_it C)
        find_package({wanted} CONFIG REQUIRED)
        add_executable(version version.c)
        target_link_libraries(version PRIVATE opensslnb::opensslnb)
        """;
}
